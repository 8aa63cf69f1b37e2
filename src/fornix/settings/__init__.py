"""Django's settings, made from the FORNIX_* environment (settings/environment.py)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from csp.constants import NONE, SELF

from fornix.settings.environment import allowed_hosts, database_settings, read_environment
from fornix.settings.secret import secret_key

FORNIX = read_environment()

SECRET_KEY = secret_key(FORNIX.data)
DEBUG = False
ALLOWED_HOSTS = allowed_hosts(FORNIX)
ROOT_URLCONF = "fornix.urls"
WSGI_APPLICATION = "fornix.wsgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "fornix",
]

MIDDLEWARE = [
    "fornix.http.proxy.ProxyMiddleware",
    "fornix.http.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "fornix.http.errors.ErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent.parent / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "fornix.web.templating.environment"},
    },
]

DATABASES = {"default": database_settings(FORNIX)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "fornix.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "home"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # it ends when it was said to, whoever tries meanwhile
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "fornix.web.login.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Only what logging in needs, and not shared with another archive on the same host (cookies know no ports).
_COOKIES = hashlib.sha256(SECRET_KEY.encode()).hexdigest()[:8]
_HTTPS = FORNIX.url.startswith("https://")
SESSION_COOKIE_NAME = f"fornix_session_{_COOKIES}"
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = f"fornix_csrf_{_COOKIES}"
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_AGE = None  # as long as the browser is open
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "fornix.web.refusals.csrf_failure"
CSRF_TRUSTED_ORIGINS = [FORNIX.url] if FORNIX.url else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent.parent / "web" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 7 * 24 * 3600  # their addresses change when they do

USE_TZ = True
TIME_ZONE = FORNIX.time_zone
LANGUAGE_CODE = "en-gb"
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},  # without any handler Python writes to stderr itself
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "fornix": {"level": "INFO"},
        # Django's own lines hold raw paths; ours write the route's name and ids (DESIGN, promise 6).
        "django.request": {"handlers": ["nowhere"], "propagate": False},
        "django.security": {"handlers": ["nowhere"], "propagate": False},
        "axes": {"level": "ERROR"},
        # It tells of each odd byte of a request, values and all; the receiver tells what came of it.
        "pynetdicom": {"handlers": ["nowhere"], "propagate": False},
    },
}

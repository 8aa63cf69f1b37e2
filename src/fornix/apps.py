"""The one Django app."""

from django.apps import AppConfig


class FornixConfig(AppConfig):
    """Fornix as Django sees it."""

    name = "fornix"
    default_auto_field = "django.db.models.BigAutoField"

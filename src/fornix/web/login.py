"""Log in, log out, and what is said after too many wrong passwords. There is no way to make an account here."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from fornix.access.accounts import find_account
from fornix.http.actors import viewer_of
from fornix.http.errors import answer, make_refusal
from fornix.web.addresses import safe_next

WRONG = "This name and password do not go together. Capitals count in the password."


@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """The log-in form's target. A wrong password is counted by name and address (django-axes)."""
    after = request.POST.get("next", "")
    if request.method != "POST":
        return redirect("home") if viewer_of(request).account else login_page(request)
    username, password = request.POST.get("username", ""), request.POST.get("password", "")
    if not username or not password or "\0" in username:
        problem = "Enter your user name and your password."
        return login_page(request, after=after, name=username, problem=problem, status=400)
    known = find_account(username)  # names are found whatever their case
    account = authenticate(request, username=known.username if known else username[:150], password=password)
    if account is None:
        return login_page(request, after=after, name=username, problem=WRONG, status=401)
    login(request, account)
    return HttpResponseRedirect(safe_next(request, after))


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session of this browser."""
    logout(request)
    return redirect("home")


def login_page(
    request: HttpRequest, *, after: str = "", name: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    """The log-in form; `after` is the page to go on to, `name` what was typed as the user's."""
    typed = name[:150].replace("\0", "")
    context = {"refusal": None, "next": after, "name": typed, "problem": problem}
    response = render(request, "login.html", context, status=status)
    if "HX-Request" in request.headers:
        response["HX-Refresh"] = "true"  # asked for as a part of a page whose session has ended
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Fornix"'
    return response


def locked_out(request: HttpRequest, *_: object) -> HttpResponse:
    """What django-axes answers with while a name is locked for an address (its AXES_LOCKOUT_CALLABLE)."""
    return answer(request, make_refusal(429))

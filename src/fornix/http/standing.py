"""Whether somebody who was let in still may: asked again while a long answer is under way. Keeps nothing of before."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import timezone

from fornix.access.actors import Actor
from fornix.access.policy import Action, can
from fornix.models import Account, ApiToken, ImagingSession


@dataclass(frozen=True, slots=True)
class Standing:
    """By what a person was let in: their log-in's session or their token, and what they read."""

    account_id: int
    token_id: int | None
    session_key: str
    imaging_session_id: int

    def still_holds(self) -> bool:
        """Whether account, log-in or token, and the right to read are all still there. All rows are read anew."""
        account = Account.objects.filter(pk=self.account_id, is_active=True).first()
        if account is None:
            return False
        if not (self._login_holds() if self.token_id is None else self._token_holds(self.token_id)):
            return False
        session = ImagingSession.objects.select_related("project").filter(pk=self.imaging_session_id).first()
        if session is None or session.visible_at is None:
            return False
        return can(Actor(account=account), Action.DATA_READ, session.project).allowed

    def _token_holds(self, token_id: int) -> bool:
        token = ApiToken.objects.filter(pk=token_id, account_id=self.account_id).first()
        return token is not None and (token.expires_at is None or token.expires_at > timezone.now())

    def _login_holds(self) -> bool:
        """As on any request: the log-in's session lives, and its password is still the account's."""
        request = HttpRequest()
        request.session = SessionStore(self.session_key)
        return get_user(request).pk == self.account_id


def standing_of(request: HttpRequest, actor: Actor, session: ImagingSession) -> Standing | None:
    """By what the actor of this request reads this session; None for those who are nobody."""
    if actor.account is None:
        return None
    return Standing(
        account_id=actor.account.pk,
        token_id=actor.token.pk if actor.token else None,
        session_key="" if actor.token else (request.session.session_key or ""),
        imaging_session_id=session.pk,
    )

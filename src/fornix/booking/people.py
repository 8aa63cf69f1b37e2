"""Links people of Calpendo to accounts, and lets what waited for the link apply (contract calpendo 4.1)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.booking.grants import apply_grants
from fornix.booking.identity import LINKED_BY_EMAIL, fold_email, new_links
from fornix.booking.lease import require_no_sweep
from fornix.booking.load import as_person, load_accounts
from fornix.catalog.person_names import full_name
from fornix.models import Account, BookingPerson, Project


def link_account(account: Account, *, at: datetime) -> tuple[BookingPerson, ...]:
    """Links a new account to the person of its e-mail, and grants what that person has; what was linked.

    Called in the transaction that makes the account. Links nothing where the e-mail is not one person's and one
    account's alone, and never an administrator: see `new_links`.
    """
    email = fold_email(account.email)
    if not email:
        return ()
    linked = []
    with transaction.atomic():
        rows = list(BookingPerson.objects.select_for_update().filter(folded_email=email))
        cards = [card for card in load_accounts() if card.folded_email == email]
        for instance in sorted({row.instance for row in rows}):
            mine = {row.external_id: row for row in rows if row.instance == instance}
            links = new_links([as_person(row) for row in mine.values()], cards)
            linked += [mine[person_id] for person_id, pk in links.made.items() if pk == account.pk]
        for row in linked:
            write_link(row, account, at=at)
        for project in _projects_of(linked):
            apply_grants(project, at=at)
    return tuple(linked)


def unlink_account(actor: Actor, account: Account, *, at: datetime) -> tuple[BookingPerson, ...]:
    """Undoes every link of an account to people of Calpendo, and what came by it; the people it was linked to.

    Roles of other sources stay. The next sweep links again by the rule of `new_links`: correct the account's
    e-mail first where it is not the person's own.

    :raises SweepRunning: a sweep is running, which would write the link back.
    """
    require_administrator(actor)
    with transaction.atomic():
        require_no_sweep(at)
        linked = list(BookingPerson.objects.select_for_update().filter(account=account).order_by("pk"))
        for row in linked:
            row.account, row.linked_how, row.linked_at = None, "", None
            row.save(update_fields=["account", "linked_how", "linked_at"])
            record_event(
                Verb.ACCOUNT_UNLINKED,
                at=at,
                source=actor.source,
                actor=actor.account,
                account=account,
                details={"calpendo_id": row.external_id},
            )
        for project in _projects_of(linked):
            apply_grants(project, at=at, decided_by=actor)
    return tuple(linked)


def others_with_email(account: Account) -> tuple[str, ...]:
    """The other active accounts of this account's e-mail: what two accounts share links nobody."""
    email = fold_email(account.email)
    cards = load_accounts() if email else ()
    return tuple(
        card.username
        for card in cards
        if card.folded_email == email and card.is_active and card.id != account.pk
    )


def write_link(row: BookingPerson, account: Account, *, at: datetime, sweep_id: int | None = None) -> None:
    """Stores a link with how and when it was made, in the caller's transaction."""
    row.account, row.linked_how, row.linked_at = account, LINKED_BY_EMAIL, at
    row.save(update_fields=["account", "linked_how", "linked_at"])
    if not account.name:
        # Pages show people by their names; who gave none has the one that Calpendo knows.
        account.name = full_name(row.given_name, row.family_name)[:300]
        account.save(update_fields=["name"])
    details: dict[str, object] = {"calpendo_id": row.external_id, "how": LINKED_BY_EMAIL}
    record_event(
        Verb.ACCOUNT_LINKED,
        at=at,
        source="mirror",
        account=account,
        details=details | ({"sweep": sweep_id} if sweep_id else {}),
    )


def _projects_of(people: list[BookingPerson]) -> list[Project]:
    return list(Project.objects.filter(booking_project__roles__person__in=people).distinct().order_by("pk"))

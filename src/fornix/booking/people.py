"""Links people of Calpendo to accounts, and lets what waited for the link apply (contract calpendo 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.booking.grants import apply_grants
from fornix.booking.identity import LINKED_BY_EMAIL, NO_ALIASES, fold_email, new_links
from fornix.booking.lease import require_no_sweep
from fornix.booking.load import as_person, load_accounts
from fornix.catalog.people import person_name
from fornix.catalog.person_names import full_name
from fornix.errors import Invalid, Refused
from fornix.models import Account, BookingPerson, Project

LONGEST_HOW = BookingPerson._meta.get_field("linked_how").max_length
LONGEST_NAME = Account._meta.get_field("name").max_length


class PersonLinked(Refused):
    """This person of Calpendo is another account's already."""


class NoSuchPerson(Invalid):
    """Nobody in Calpendo has this id, login or e-mail."""


def link_account(
    account: Account, *, at: datetime, aliases: Mapping[str, str] = NO_ALIASES
) -> tuple[BookingPerson, ...]:
    """Links a new account to the person of its e-mail, and grants what that person has; what was linked.

    Called in the transaction that makes the account. Links nothing where the e-mail is not one person's and one
    account's alone, and never an administrator: see `new_links`.
    """
    email = fold_email(account.email, aliases)
    if not email:
        return ()
    linked = []
    with transaction.atomic():
        same = Q(folded_email=email) | Q(account=account)
        rows = list(BookingPerson.objects.select_for_update().filter(same).order_by("pk"))
        cards = [card for card in load_accounts(aliases) if card.folded_email == email]
        for instance in sorted({row.instance for row in rows}):
            mine = {row.external_id: row for row in rows if row.instance == instance}
            links = new_links([as_person(row) for row in mine.values()], cards)
            linked += [mine[person_id] for person_id, pk in links.made.items() if pk == account.pk]
        for row in linked:
            write_link(row, account, at=at)
        for project in _projects_of(linked):
            apply_grants(project, at=at)
    return tuple(linked)


def link_by_hand(actor: Actor, account: Account, person: BookingPerson, *, at: datetime) -> bool:
    """Links a person to an account because an administrator knows that they are one; False when they are linked.

    This alone links administrators, and people whose link was undone before.

    :raises PersonLinked: the person is another account's.
    """
    require_administrator(actor)
    by = actor.account.username if actor.account else "at the command line"
    with transaction.atomic():
        row = BookingPerson.objects.select_for_update().get(pk=person.pk)
        if row.account_id == account.pk:
            return False
        if row.account is not None:
            raise PersonLinked(
                f"{person_name(row)} is the account {row.account.username} already. "
                f"`fornix user unlink {row.account.username}` undoes that."
            )
        row.unlinked_at = None
        row.save(update_fields=["unlinked_at"])
        write_link(row, account, at=at, how=f"an administrator ({by})"[:LONGEST_HOW], actor=actor)
        for project in _projects_of([row]):
            apply_grants(project, at=at, decided_by=actor)
    return True


def unlink_account(
    actor: Actor, account: Account, *, at: datetime, only: BookingPerson | None = None
) -> tuple[BookingPerson, ...]:
    """Undoes an account's links to people of Calpendo, and what came by them; the people it was linked to.

    Roles of other sources stay. No link is made by itself again between anybody and these people: `link_by_hand`.

    :param only: the person whose link alone is undone; None: all of them.
    :raises SweepRunning: a sweep is running, which would write the link back.
    """
    require_administrator(actor)
    with transaction.atomic():
        require_no_sweep(at)
        links = BookingPerson.objects.select_for_update().filter(account=account).order_by("pk")
        linked = list(links.filter(pk=only.pk) if only else links)
        for row in linked:
            undo_link(row, actor, at=at)
        for project in _projects_of(linked):
            apply_grants(project, at=at, decided_by=actor)
    return tuple(linked)


def find_person(text: str) -> BookingPerson:
    """The one person of Calpendo of this id, login or e-mail, as an operator types it.

    :raises NoSuchPerson: nobody has it, or several have.
    """
    by_id = list(BookingPerson.objects.filter(external_id=text))
    login = Q(login_name__iexact=text) | Q(login_identifier__iexact=text) | Q(email__iexact=text)
    found = by_id or list(BookingPerson.objects.filter(login).order_by("pk"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchPerson(f"Nobody in Calpendo has the id, login or e-mail {text}.")
    ids = ", ".join(f"{row.external_id} ({person_name(row)})" for row in found)
    raise NoSuchPerson(f"Several people in Calpendo are called {text}. Name one by the id: {ids}.")


def others_with_email(account: Account, *, aliases: Mapping[str, str] = NO_ALIASES) -> tuple[str, ...]:
    """The other active accounts of this account's e-mail: what two accounts share links nobody."""
    email = fold_email(account.email, aliases)
    cards = load_accounts(aliases) if email else ()
    return tuple(
        card.username
        for card in cards
        if card.folded_email == email and card.is_active and card.id != account.pk
    )


def write_link(
    row: BookingPerson,
    account: Account,
    *,
    at: datetime,
    how: str = LINKED_BY_EMAIL,
    sweep_id: int | None = None,
    actor: Actor | None = None,
) -> None:
    """Stores a link with how and when it was made, in the caller's transaction. `actor`: who made it by hand."""
    row.account, row.linked_how, row.linked_at = account, how, at
    row.save(update_fields=["account", "linked_how", "linked_at"])
    if not account.name:
        # Pages show people by their names; who gave none has the one that Calpendo knows.
        account.name = full_name(row.given_name, row.family_name)[:LONGEST_NAME]
        account.save(update_fields=["name"])
    details: dict[str, object] = {"calpendo_id": row.external_id, "how": how}
    record_event(
        Verb.ACCOUNT_LINKED,
        at=at,
        source=actor.source if actor else "mirror",
        actor=actor.account if actor else None,
        account=account,
        details=details | ({"sweep": sweep_id} if sweep_id else {}),
    )


def undo_link(row: BookingPerson, actor: Actor, *, at: datetime, sweep_id: int | None = None) -> None:
    """Ends a link for good, in the caller's transaction; the rights that came by it are for the caller to end.

    :param sweep_id: the sweep that made the link, where that is being undone.
    """
    account = row.account
    row.account, row.linked_how, row.linked_at, row.unlinked_at = None, "", None, at
    row.save(update_fields=["account", "linked_how", "linked_at", "unlinked_at"])
    details: dict[str, object] = {"calpendo_id": row.external_id}
    record_event(
        Verb.ACCOUNT_UNLINKED,
        at=at,
        source=actor.source,
        actor=actor.account,
        account=account,
        details=details | ({"sweep": sweep_id} if sweep_id else {}),
    )


def _projects_of(people: Iterable[BookingPerson]) -> list[Project]:
    found = Project.objects.filter(booking_project__roles__person__in=list(people))
    return list(found.distinct().order_by("pk"))

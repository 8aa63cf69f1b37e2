"""Links people of Calpendo to accounts, and lets what waited for the link apply (contract calpendo 4.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.access.suspensions import restore_login
from fornix.audit.events import Verb, record_event
from fornix.booking.grants import apply_grants
from fornix.booking.identity import BY_EMAIL, Linking, fold_email
from fornix.booking.lease import require_no_sweep
from fornix.booking.links import LINKED_BY_EMAIL, new_links
from fornix.booking.load import as_person, load_accounts
from fornix.catalog.people import person_name
from fornix.catalog.person_names import full_name
from fornix.errors import Invalid, Refused
from fornix.models import Account, BookingPerson, Identity, Project

LONGEST_HOW = BookingPerson._meta.get_field("linked_how").max_length
LONGEST_NAME = Account._meta.get_field("name").max_length


class PersonLinked(Refused):
    """This person of Calpendo is another account's already."""


class NoSuchPerson(Invalid):
    """Nobody in Calpendo has this id, login or e-mail."""


def link_account(account: Account, *, at: datetime, linking: Linking = BY_EMAIL) -> tuple[BookingPerson, ...]:
    """Links an account to the person of its identity or e-mail, and grants what that person has; what was linked.

    Called in the transaction that makes the account or changes either. Links nothing where it is not one person's and
    one account's alone, and never an administrator: see `new_links`.
    """
    email, subjects = fold_email(account.email, linking.aliases), subjects_of(account, linking)
    if not email and not subjects:
        return ()
    linked = []
    with transaction.atomic():
        same = Q(account=account) | Q(login_identifier__in=subjects) | Q(login_name__in=subjects)
        same = same | Q(folded_email=email) if email else same
        rows = list(BookingPerson.objects.select_for_update().filter(same).order_by("pk"))
        cards = load_accounts(linking)
        for instance in sorted({row.instance for row in rows}):
            mine = {row.external_id: row for row in rows if row.instance == instance}
            links = new_links([as_person(row) for row in mine.values()], cards)
            linked += [
                (mine[found], links.how(found)) for found, pk in links.made.items() if pk == account.pk
            ]
        for row, how in linked:
            write_link(row, account, at=at, how=how)
        people = tuple(row for row, _ in linked)
        for project in _projects_of(people):
            apply_grants(project, at=at)
    return people


def subjects_of(account: Account, linking: Linking) -> frozenset[str]:
    """What the site's realm of single sign-on knows an account as."""
    rows = Identity.objects.filter(account=account, realm=linking.realm or None)
    return frozenset(rows.values_list("subject", flat=True))


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
        if not BookingPerson.objects.filter(account=account).exists():
            # Nobody is left whose status in Calpendo could say that this account may not log in.
            restore_login(account, at=at, by=actor)
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


def others_with_email(account: Account, *, linking: Linking = BY_EMAIL) -> tuple[str, ...]:
    """The other active accounts of this account's e-mail: what two accounts share links nobody."""
    email = fold_email(account.email, linking.aliases)
    cards = load_accounts(linking) if email else ()
    return tuple(
        card.username
        for card in cards
        if card.folded_email == email and card.is_linkable and card.id != account.pk
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

"""Who sends over the DICOM network, as administrators describe them: an Event for each change."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.catalog.sender_checks import SenderDraft, SenderInvalid, checked_draft
from fornix.errors import NotVisible, Refused
from fornix.models import Association, RoutingRule, Scanner, Sender


class SenderInUse(Refused):
    """A routing rule is for what this scanner sends: change or delete the rule first."""


def list_senders(actor: Actor) -> Sequence[Sender]:
    """All senders, by name."""
    require_administrator(actor)
    return list(Sender.objects.select_related("scanner").order_by("name"))


def get_sender(actor: Actor, sender_id: int) -> Sender:
    """One sender. Raises NotVisible."""
    require_administrator(actor)
    sender = Sender.objects.select_related("scanner").filter(pk=sender_id).first()
    if sender is None:
        raise NotVisible("There is no such scanner; perhaps it was deleted.")
    return sender


def find_sender_named(actor: Actor, name: str) -> Sender | None:
    """The sender of this name, or else the only one of this AE title."""
    require_administrator(actor)
    named = Sender.objects.filter(name=name).first()
    titled = list(Sender.objects.filter(ae_title=name)[:2])
    return named or (titled[0] if len(titled) == 1 else None)


def bookable_scanners(actor: Actor) -> Sequence[Scanner]:
    """What Calpendo books and is a scanner: what a sender may be said to be."""
    require_administrator(actor)
    return list(Scanner.objects.exclude(modality="").order_by("name", "pk"))


def draft_of(sender: Sender) -> SenderDraft:
    """A sender as somebody might describe it."""
    return SenderDraft(**{name: getattr(sender, name) for name in SenderDraft.__dataclass_fields__})


def create_sender(actor: Actor, draft: SenderDraft, *, at: datetime) -> Sender:
    """A new sender; what it sent while nobody had described it is its own from now on. Raises SenderInvalid."""
    require_administrator(actor)
    draft = checked_draft(draft)
    with transaction.atomic():
        _check_against_others(draft, None)
        sender = Sender.objects.create(**asdict(draft), created_at=at)
        _adopt_calls(sender)
        _record(Verb.SENDER_CREATED, actor, sender, at, after=asdict(draft))
    return sender


def change_sender(actor: Actor, sender_id: int, draft: SenderDraft, *, at: datetime) -> Sender:
    """The sender as it should be. Counts from its next association on. Raises SenderInvalid and NotVisible."""
    require_administrator(actor)
    draft = checked_draft(draft)
    with transaction.atomic():
        sender = _get_locked(sender_id)
        before = asdict(draft_of(sender))
        _check_against_others(draft, sender)
        after = asdict(draft)
        changed = {name for name, value in after.items() if before[name] != value}
        if changed:
            Sender.objects.filter(pk=sender.pk).update(**{name: after[name] for name in changed})
            told = {
                "before": {name: before[name] for name in changed},
                "after": {n: after[n] for n in changed},
            }
            _record(Verb.SENDER_CHANGED, actor, sender, at, **told)
    return get_sender(actor, sender_id)


def delete_sender(actor: Actor, sender_id: int, *, at: datetime) -> str:
    """Forgets a sender and returns its name; what it sent stays. Raises SenderInUse and NotVisible."""
    require_administrator(actor)
    with transaction.atomic():
        sender = _get_locked(sender_id)
        if RoutingRule.objects.filter(sender=sender).exists():
            raise SenderInUse
        _record(Verb.SENDER_DELETED, actor, sender, at, before=asdict(draft_of(sender)))
        sender.delete()
    return sender.name


def _adopt_calls(sender: Sender) -> None:
    """Associations of nobody's by its AE titles and address: "Called lately, and not known" forgets them."""
    calls = Association.objects.filter(sender=None, calling_ae_title=sender.ae_title)
    if sender.address:
        called_from = calls.values_list("address", flat=True).distinct()
        calls = calls.filter(address__in=[each for each in called_from if _is_within(each, sender.address)])
    if sender.called_ae_title:
        calls = calls.filter(called_ae_title=sender.called_ae_title)
    calls.update(sender=sender)


def _is_within(address: str, described: str) -> bool:
    """`described`: an address, or a network such as 192.0.2.0/24."""
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(described, strict=False)
    except ValueError:
        return False


def _get_locked(sender_id: int) -> Sender:
    sender = Sender.objects.select_for_update().filter(pk=sender_id).first()
    if sender is None:
        raise NotVisible("There is no such scanner; perhaps it was deleted.")
    return sender


def _check_against_others(draft: SenderDraft, own: Sender | None) -> None:
    others = Sender.objects.exclude(pk=own.pk) if own else Sender.objects.all()
    problems = {}
    if others.filter(name=draft.name).exists():
        problems["name"] = "Another scanner has this name."
    alike = others.filter(
        ae_title=draft.ae_title, address=draft.address, station_name=draft.station_name
    ).first()
    if alike is not None:
        problems["ae_title"] = (
            f"“{alike.name}” has this AE title, address and station name already. Say at least one of them differently."
        )
    if draft.scanner_id is not None and not Scanner.objects.filter(pk=draft.scanner_id).exists():
        problems["scanner_id"] = "Calpendo has no such scanner any more. Choose another one, or none."
    if problems:
        raise SenderInvalid(problems)


def _record(verb: Verb, actor: Actor, sender: Sender, at: datetime, **details: object) -> None:
    record_event(
        verb,
        at=at,
        source=actor.source,
        actor=actor.account,
        details={"sender": sender.pk, "name": sender.name, **details},
    )

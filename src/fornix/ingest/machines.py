"""Which scanner data is of: by the sender, and by the station that files name, as administrators described them."""

from __future__ import annotations

from collections.abc import Sequence

from fornix.ingest.evidence import NOWHERE, Machine
from fornix.models import Sender


def machine_of(sender: Sender | None, station_name: str) -> Machine:
    """The scanner of a station name behind this sender, else of the sender itself; NOWHERE when nobody said.

    Files name their station, and one node may send for several scanners: so the station counts more than the sender.
    """
    described = _described(station_name)
    behind = [each for each in described if sender is None or each.ae_title == sender.ae_title] or described
    found = _only(behind)
    if found is not None:
        return _machine(found)
    if sender is None:
        return NOWHERE
    is_anothers = bool(sender.station_name and station_name) and not _agree(sender.station_name, station_name)
    return Machine(sender_id=sender.pk) if is_anothers else _machine(sender)


def _described(station_name: str) -> list[Sender]:
    name = station_name.strip()
    if not name:
        return []
    return list(Sender.objects.filter(station_name__iexact=name).select_related("scanner").order_by("pk"))


def _only(senders: Sequence[Sender]) -> Sender | None:
    """The one that tells the scanner; None when they say different things."""
    scanners = {each.scanner_id for each in senders}
    return senders[0] if len(scanners) == 1 else None


def _machine(sender: Sender) -> Machine:
    return Machine(
        scanner_id=sender.scanner_id,
        scanner=sender.scanner.name if sender.scanner is not None else "",
        sender_id=sender.pk,
        clock_ahead_s=sender.clock_ahead_s,
    )


def _agree(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()

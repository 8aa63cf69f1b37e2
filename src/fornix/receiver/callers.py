"""Who calls: the sender that an administrator described, a stranger, or one who may not send."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from fornix.models import Sender
from fornix.receiver.negotiation import Proposal, Rejection
from fornix.receiver.rules import ReceiverRules


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not send: for the sender's software, and for people."""

    rejection: Rejection
    reason: str


def find_sender(calling: str, called: str, address: str) -> Sender | Refusal | None:
    """The sender of this title. None: nobody of this title is known.

    A title proves nothing: where a sender is described with an address or with the title that it must call, all of it
    has to fit. Of several that fit, the one described most closely counts.
    """
    known = list(Sender.objects.filter(ae_title=calling).order_by("pk"))
    if not known:
        return None
    here = [sender for sender in known if _fits_address(sender.address, address)]
    if not here:
        return Refusal(
            Rejection.CALLING_TITLE,
            f"{calling} is known, but not at the address {address}. If it has moved, change its entry under Scanners.",
        )
    fitting = [sender for sender in here if sender.called_ae_title in ("", called)]
    if not fitting:
        return Refusal(
            Rejection.CALLED_TITLE,
            f"{calling} has to call {here[0].called_ae_title}, and called {called or 'nobody'}. "
            "Change it on the console, or its entry under Scanners.",
        )
    sender = max(fitting, key=_closeness)
    if not sender.is_allowed:
        return Refusal(Rejection.CALLING_TITLE, f"{calling} is switched off under Scanners.")
    return sender


def judge(proposal: Proposal, address: str, rules: ReceiverRules) -> Sender | Refusal | None:
    """Whether this sender may have an association: the sender, or None for a stranger who may send."""
    if proposal.rejection is not None:
        return Refusal(proposal.rejection, "The sender speaks another protocol than DICOM's.")
    if not proposal.calling_title:
        return Refusal(
            Rejection.CALLING_TITLE, "The sender gave no AE title of its own. Enter one on its console."
        )
    if rules.checks_called_title and proposal.called_title != rules.ae_title:
        return Refusal(
            Rejection.CALLED_TITLE,
            f"The sender called {proposal.called_title or 'nobody'}; this archive is called {rules.ae_title}. "
            "Change it on the console.",
        )
    found = find_sender(proposal.calling_title, proposal.called_title, address)
    if found is None and rules.refuses_unknown:
        return Refusal(
            Rejection.CALLING_TITLE,
            f"Nobody has described a sender called {proposal.calling_title}. Add it under Scanners if it may send.",
        )
    return found


def plain_address(address: str) -> str:
    """An IP address as people write it: `192.0.2.7` for `::ffff:192.0.2.7`, and without a zone."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def _fits_address(described: str, address: str) -> bool:
    if not described:
        return True
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(described, strict=False)
    except ValueError:
        return False  # what cannot be read fits nobody: better refused, and told, than let in


def _closeness(sender: Sender) -> tuple[bool, bool, bool, int]:
    # Those with a station name share one node; which of them it is, only the headers tell.
    return bool(sender.address), bool(sender.called_ae_title), not sender.station_name, -sender.pk

"""Labels of subjects and sessions that a person types. They are refused, not mended: a name must not become a label."""

from __future__ import annotations

from fornix.dicom.labels import LABEL_LIMIT, clean_label
from fornix.errors import Invalid


class UnfitLabel(Invalid):
    """A label has ASCII letters, digits, `_`, `-` and `.`."""


def typed_label(text: str) -> str:
    """The label, without blanks around it; "" where nothing was typed. Raises UnfitLabel."""
    text = text.strip()
    label = clean_label(text)
    if text and not label.strip("_.-"):
        raise UnfitLabel("A label has letters or digits, and besides them _, - and . : no others.")
    if len(text) > LABEL_LIMIT:
        raise UnfitLabel(f"A label has up to {LABEL_LIMIT} characters.")
    if label != text:
        raise UnfitLabel(
            f"A label has letters, digits, _, - and . : this would be {label}. "
            "Is it a name? Names stay out of labels."
        )
    return label

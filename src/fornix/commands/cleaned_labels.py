"""Labels given by options: what a label cannot hold is replaced, and that is told. Scripts do not stop for it."""

from __future__ import annotations

import sys

from fornix.dicom.labels import clean_label


def cleaned_label(option: str, text: str) -> str:
    """The label that will be written, with a note on stderr where it is another than the option's text."""
    label = clean_label(text)
    if label != text.strip():
        print(
            f"fornix: {option} is written {label}: a label has ASCII letters, digits, _ - and . only",
            file=sys.stderr,
        )
    return label

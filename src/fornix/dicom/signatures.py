"""What a file that is not DICOM seems to be, in plain words for the person who sent it."""

from __future__ import annotations

_STARTS = (
    (b"%PDF", "It is a PDF document, not DICOM."),
    (b"PK\x03\x04", "It is a zip archive, not DICOM."),
    (b"\x1f\x8b", "It is compressed with gzip; unpack it first."),
    (b"\x89PNG", "It is a PNG picture, not DICOM."),
    (b"\xff\xd8\xff", "It is a JPEG picture, not DICOM."),
)


def why_not_dicom(prefix: bytes) -> str:
    """One sentence, without anything of the file's content or name."""
    head = prefix[:512]
    if not head:
        return "It is empty."
    for start, reason in _STARTS:
        if head.startswith(start):
            return reason
    if head.lstrip()[:1] == b"<":
        return "It is a web page or XML, not DICOM."
    if all(byte >= 0x20 or byte in b"\t\r\n\f" for byte in head):
        return "It is plain text, not DICOM."
    return "It has neither the DICOM mark at byte 128 nor a data element at its start."

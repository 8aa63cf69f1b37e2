"""What elements are called, and what they hold where the file does not say: by the dictionaries of pydicom. Pure."""

from __future__ import annotations

from pydicom.datadict import (
    dictionary_description,
    dictionary_VR,
    private_dictionary_description,
    private_dictionary_VR,
)

from fornix.dicom.walk import ITEM


def is_private(tag: int) -> bool:
    """Of an odd group (PS3.5 7.8)."""
    return bool(tag >> 16 & 1)


def is_creator(tag: int) -> bool:
    """Whether it says who reserves a block of private elements (PS3.5 7.8.1)."""
    return is_private(tag) and 0x10 <= tag & 0xFFFF <= 0xFF


def name_of(tag: int, creator: str) -> str:
    """In words; of a private element only where `creator`, who reserved its block, is known."""
    if tag & 0xFFFF == 0:
        return "Group Length"
    try:
        if not creator:
            return dictionary_description(tag)
        name = private_dictionary_description(tag, creator)
    except KeyError:
        return "Private Creator" if is_creator(tag) else "Private" if is_private(tag) else "Unknown"
    return "Private" if name == "Unknown" else name


def usual_vr(tag: int, creator: str) -> str:
    """The representation of an implicit element (PS3.5 A.1); UN where no dictionary says it."""
    if tag == ITEM:
        return ""
    if tag & 0xFFFF == 0:
        return "UL"
    try:
        vr = private_dictionary_VR(tag, creator) if creator else dictionary_VR(tag)
    except KeyError:
        return "LO" if is_creator(tag) else "UN"
    return vr.split(" ")[0]

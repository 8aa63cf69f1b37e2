"""Names and texts in the character sets of PS3.3 C.12.1.1.2, as declared, and as wrongly declared."""

import pytest
from tests.unit.dicom import builder as b

from fornix.dicom import tags

DECLARED = {
    "Latin 1": ("ISO_IR 100", "Buc^Jérôme".encode("latin-1"), "Buc^Jérôme"),
    "Cyrillic": ("ISO_IR 144", "Люкceмбypг".encode("iso8859-5"), "Люкceмбypг"),
    "Greek": ("ISO_IR 126", "Διονυσιος".encode("iso8859-7"), "Διονυσιος"),
    "UTF-8": ("ISO_IR 192", "Wang^XiaoDong=王^小東".encode(), "Wang^XiaoDong=王^小東"),
    "GB18030": ("GB18030", "Wang^XiaoDong=王^小东".encode("gb18030"), "Wang^XiaoDong=王^小东"),
    "GB18030, with a byte like a caret in it": ("GB18030", "刕^乗".encode("gb18030"), "刕^乗"),
    "Japanese": (
        "\\ISO 2022 IR 87",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B",
        "Yamada^Tarou=山田^太郎",
    ),
    "Korean": (
        "\\ISO 2022 IR 149",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7",
        "Hong^Gildong=洪^吉洞",
    ),
    "Chinese by code extension": ("\\ISO 2022 IR 58", b"Zhang=\x1b$)A\xd5\xc5", "Zhang=张"),
    "half-width katakana": ("ISO_IR 13", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
}

LENIENT = {
    "nothing declared, UTF-8 written": ("", "Jürgen".encode(), "Jürgen"),
    "nothing declared, Latin 1 written": ("", "Jürgen".encode("latin-1"), "Jürgen"),
    "misspelt": ("ISO-IR 100", "Jürgen".encode("latin-1"), "Jürgen"),
    "misspelt code extension": ("ISO_2022_IR_100", "Jürgen".encode("latin-1"), "Jürgen"),
    "unknown": ("KLINGON", "Jürgen".encode("latin-1"), "Jürgen"),
    "a codec of Python's that is no character set": ("unicode_escape", rb"a\x41b", r"a\x41b"),
    "declared UTF-8, Latin 1 written": ("ISO_IR 192", "Jürgen".encode("latin-1"), "J�rgen"),
    "an escape sequence nobody knows": ("ISO 2022 IR 100", b"A\x1b!ZB", "A\x1b!ZB"),
    "UTF-8 with a useless second set": ("ISO_IR 192\\ISO 2022 IR 87", "Jürgen".encode(), "Jürgen"),
}


@pytest.mark.parametrize(
    ("charset", "raw", "text"), [*DECLARED.values(), *LENIENT.values()], ids=[*DECLARED, *LENIENT]
)
def test_names_are_decoded_as_declared_or_readably(charset, raw, text):
    header = b.header_with({tags.SpecificCharacterSet: ("CS", charset), tags.PatientName: ("PN", raw)})

    assert header.patient_name == text


@pytest.mark.parametrize(
    "declared", ["ISO_IR 192", "GB18030", "\\ISO 2022 IR 87", "NONSENSE", "ISO_IR 13\\x"]
)
def test_a_lying_declaration_never_raises(declared):
    every_byte = bytes(range(1, 256)) * 3

    header = b.header_with(
        {tags.SpecificCharacterSet: ("CS", declared), tags.StudyDescription: ("LO", every_byte)}
    )

    assert "0123456789" in header.study_description


def test_texts_with_several_values_stay_joined():
    header = b.header_with({tags.SoftwareVersions: ("LO", "5.1.1\\5.1.1.0 ")})

    assert header.software_versions == "5.1.1\\5.1.1.0"

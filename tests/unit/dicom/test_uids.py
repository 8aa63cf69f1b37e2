"""Well-formed identifiers (PS3.5 9.1)."""

import pytest

from fornix.dicom.uids import is_uid


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.2", "1", "1.2.03", "1." * 31 + "12"])
def test_digits_and_dots_are_a_uid(uid):
    assert is_uid(uid)


@pytest.mark.parametrize("text", ["", "1..2", ".1", "1.", "1.2\n", "../1", "1.2 ", "a.b", "1" * 65, "٣.٣"])
def test_anything_else_is_none(text):
    assert not is_uid(text)

"""Names of bytes in a store."""

import uuid
from datetime import date

import pytest

from fornix.errors import Invalid
from fornix.storage.keys import blob_key, check_key, check_prefix, manifest_key, new_upload_id

GOOD = ["a", "a/b", "2026/11/23/x/0", "manifests/FORNIX_E00001/1", "a.b-c_d", "x" * 255]
BAD = {
    "empty": "",
    "absolute": "/a",
    "empty part": "a//b",
    "ends with a slash": "a/",
    "parent": "a/../b",
    "parent first": "..",
    "two dots inside": "a..b",
    "dot": "a/./b",
    "hidden": "a/.b",
    "space": "a b",
    "backslash": "a\\b",
    "NUL": "a\0b",
    "newline at the end": "a\n",
    "not ASCII": "ä",
    "other digits": "٣",
    "long part": "x" * 256,
    "long": "/".join(["x" * 200] * 6),
}


@pytest.mark.parametrize("key", GOOD)
def test_a_relative_plain_key_is_taken_as_it_is(key):
    assert check_key(key) == key


@pytest.mark.parametrize("key", BAD.values(), ids=BAD.keys())
def test_any_other_key_is_refused(key):
    with pytest.raises(Invalid):
        check_key(key)


@pytest.mark.parametrize("prefix", ["", "2026", "2026/", "2026/1", "2026/11/", *GOOD])
def test_a_prefix_is_what_a_key_can_begin_with(prefix):
    assert check_prefix(prefix) == prefix


@pytest.mark.parametrize("prefix", ["/", "../", "a/../", "a//", ".hidden", "a b"])
def test_any_other_prefix_is_refused(prefix):
    with pytest.raises(Invalid):
        check_prefix(prefix)


def test_an_upload_id_is_a_uuid_of_version_7_with_the_time_in_front():
    # The example of RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
    milliseconds = 0x017F22E279B0

    upload_id = uuid.UUID(new_upload_id(milliseconds * 1_000_000, lambda n: b"\xff" * n))

    assert upload_id.int >> 80 == milliseconds
    assert upload_id.version == 7
    assert upload_id.variant == uuid.RFC_4122
    assert str(upload_id) == "017f22e2-79b0-7000-bfff-ffffffffffff"


@pytest.mark.parametrize("step_ns", [250, 1_000, 1_000_000, 86_400 * 10**9])
def test_later_upload_ids_sort_after_earlier_ones(step_ns):
    start = 1_763_888_400_999_999_000

    made = [new_upload_id(start + i * step_ns) for i in range(50)]

    assert made == sorted(made)
    assert len(set(made)) == 50


def test_upload_ids_of_the_same_instant_differ():
    assert len({new_upload_id(1_763_888_400 * 10**9) for _ in range(100)}) == 100


def test_a_blob_key_is_day_upload_and_number():
    upload_id = new_upload_id(0, bytes)

    key = blob_key(date(2026, 1, 9), upload_id, 12)

    assert key == "2026/01/09/00000000-0000-7000-8000-000000000000/12"


@pytest.mark.parametrize("upload_id", ["../x", "a b", ""])
def test_a_blob_key_is_checked(upload_id):
    with pytest.raises(Invalid):
        blob_key(date(2026, 1, 9), upload_id, 0)


def test_a_manifest_key_is_whose_it_is_and_a_number():
    assert manifest_key("FORNIX_E00001", 2) == "manifests/FORNIX_E00001/2"


@pytest.mark.parametrize("of", ["../x", "a b", ""])
def test_a_manifest_key_is_checked(of):
    with pytest.raises(Invalid):
        manifest_key(of, 1)

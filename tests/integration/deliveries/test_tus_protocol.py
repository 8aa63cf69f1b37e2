"""The protocol's own rules: what is asked, and how it is answered."""

from __future__ import annotations

import base64
import hashlib

import pytest
from tests.integration.deliveries.conftest import DELIVERIES

from fornix import wiring
from fornix.ingest import deliveries_bytes, deliveries_transfers
from fornix.models import Transfer, TransferPart

TEN = b"0123456789"


@pytest.fixture
def delivery(sender) -> str:
    return sender.open(project="P001")


@pytest.fixture
def address(sender, delivery) -> str:
    """A file of ten bytes, of which none is here."""
    return sender.begin(delivery, "a.dcm", 10)["Location"]


def stored() -> set[str]:
    return {stat.key for stat in wiring.store().list("")}


def checksum(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def test_options_tell_what_the_server_can_do(sender, delivery):
    answer = sender.tus("OPTIONS", f"{DELIVERIES}/{delivery}/files", Tus_Resumable="")

    assert (answer.status_code, answer["Tus-Version"]) == (204, "1.0.0")
    assert "creation-with-upload" in answer["Tus-Extension"].split(",")
    assert int(answer["Tus-Max-Size"]) > 0


def test_a_file_comes_in_pieces_and_is_here_whole(sender, delivery, address):
    assert sender.append(address, 0, TEN[:4])["Upload-Offset"] == "4"
    assert sender.offset(address) == 4
    assert sender.append(address, 4, TEN[4:]).status_code == 204

    assert sender.offset(address) == 10
    assert Transfer.objects.get().finished_at is not None


def test_a_small_file_is_one_request(sender, delivery):
    address = sender.put(delivery, "a.dcm", TEN)

    assert sender.offset(address) == 10
    assert [part.length for part in TransferPart.objects.all()] == [10]


def test_an_empty_file_is_here_at_once(sender, delivery):
    answer = sender.begin(delivery, "marker", 0)

    assert (answer.status_code, answer["Upload-Offset"]) == (201, "0")
    assert Transfer.objects.get().finished_at is not None


def test_an_offset_tells_how_long_it_is_kept(sender, address):
    assert sender.tus("HEAD", address)["Upload-Expires"].endswith("GMT")
    assert sender.tus("HEAD", address)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({"Tus_Resumable": ""}, 412, id="no version"),
        pytest.param({"Tus_Resumable": "0.2.2"}, 412, id="another version"),
        pytest.param({"content_type": "application/dicom"}, 415, id="another media type"),
        pytest.param({"Content_Encoding": "gzip"}, 415, id="another encoding"),
        pytest.param({"Upload_Offset": ""}, 400, id="no offset"),
        pytest.param({"Upload_Offset": "-1"}, 400, id="a negative offset"),
        pytest.param({"Upload_Offset": "1e3"}, 400, id="an offset that is no number"),
        pytest.param({"Upload_Offset": "9" * 30}, 400, id="an offset beyond all numbers"),
        pytest.param({"Upload_Offset": "\u0663"}, 400, id="an offset in other digits"),
        pytest.param({"Upload_Offset": "4"}, 409, id="a gap"),
        pytest.param({"Upload_Checksum": "md5 AAAA"}, 400, id="a checksum of another kind"),
        pytest.param({"Upload_Checksum": checksum(b"other")}, 460, id="a checksum of other bytes"),
        pytest.param({"X_HTTP_Method_Override": "DELETE"}, 400, id="another method in a header"),
    ],
)
def test_what_breaks_the_rules_leaves_nothing(sender, address, changed, status):
    answer = sender.tus("PATCH", address, TEN, **({"Upload_Offset": "0"} | changed))

    assert answer.status_code == status
    assert answer["Tus-Resumable"] == "1.0.0"
    assert sender.offset(address) == 0
    assert stored() == set()


def test_more_bytes_than_were_announced_are_refused(sender, address):
    sender.append(address, 0, TEN[:4])

    assert sender.append(address, 4, TEN).status_code == 413
    assert sender.offset(address) == 4
    assert len(stored()) == 1


def test_the_same_bytes_again_are_refused_and_change_nothing(sender, address):
    sender.append(address, 0, TEN[:4])

    assert sender.append(address, 0, TEN[:4]).status_code == 409
    assert sender.offset(address) == 4
    assert len(stored()) == 1


def test_bytes_of_the_right_checksum_are_taken(sender, address):
    assert sender.append(address, 0, TEN, Upload_Checksum=checksum(TEN)).status_code == 204
    assert sender.offset(address) == 10


@pytest.mark.parametrize("length", ["", "-1", "x", "9" * 25, str(2**62)])
def test_a_length_that_is_none_begins_nothing(sender, delivery, length):
    answer = sender.tus("POST", f"{DELIVERIES}/{delivery}/files", Upload_Length=length)

    assert answer.status_code == 400
    assert not Transfer.objects.exists()


def test_a_file_larger_than_the_store_has_room_for_is_refused_before_it_comes(sender, delivery):
    answer = sender.begin(delivery, "huge.bin", 2**61)

    assert answer.status_code == 413
    assert "room" in answer.json()["error"]["detail"]
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("written", ["filename", "filename !", "filename =AA", "f a b"])
def test_metadata_that_cannot_be_read_begins_nothing(sender, delivery, written):
    answer = sender.tus("POST", f"{DELIVERIES}/{delivery}/files", Upload_Length="3", Upload_Metadata=written)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("dicom/1.dcm", "dicom/1.dcm"),
        ("/etc/passwd", "etc/passwd"),
        ("../../a", "a"),
        ("C:\\scans\\..\\1.dcm", "scans/1.dcm"),
        ("a\n\x7fb", "a__b"),
        ("Zoë/北京.fif", "Zoë/北京.fif"),
    ],
)
def test_names_keep_their_folders_and_lead_nowhere_else(sender, delivery, sent, kept):
    sender.put(delivery, sent, TEN)

    assert Transfer.objects.get().name == kept


@pytest.mark.parametrize("name", ["", "..", "/", "a" * 901])
def test_a_name_that_is_none_is_refused(sender, delivery, name):
    assert sender.begin(delivery, name, 3).status_code == 400


def test_two_files_of_one_name_are_both_kept(sender, delivery):
    sender.put(delivery, "d/1.dcm", b"one")
    sender.put(delivery, "d/1.dcm", b"two")

    assert sorted(Transfer.objects.values_list("name", flat=True)) == ["d/1.dcm", "d/1~2.dcm"]


def test_a_file_announced_again_by_its_key_is_the_same_one(sender, delivery):
    first = sender.begin(delivery, "a.dcm", 10, key="k")["Location"]
    sender.append(first, 0, TEN[:4])

    again = sender.begin(delivery, "a.dcm", 10, TEN, key="k")

    assert (again["Location"], again["Upload-Offset"]) == (first, "4")


def test_a_key_stands_for_one_file_alone(sender, delivery):
    sender.begin(delivery, "a.dcm", 10, key="k")

    assert sender.begin(delivery, "a.dcm", 11, key="k").status_code == 409


def test_a_file_that_is_not_the_announced_one_is_discarded(sender, delivery):
    digest = hashlib.sha256(TEN).hexdigest()
    address = sender.begin(delivery, "a.dcm", 10, sha256=digest)["Location"]
    sender.append(address, 0, b"01234")

    assert sender.append(address, 5, b"00000").status_code == 460
    assert sender.tus("HEAD", address).status_code == 404
    assert stored() == set()


def test_a_file_that_is_the_announced_one_is_verified_over_its_parts(sender, delivery):
    digest = hashlib.sha256(TEN).hexdigest().upper()
    address = sender.begin(delivery, "a.dcm", 10, sha256=digest)["Location"]
    sender.append(address, 0, TEN[:5])

    assert sender.append(address, 5, TEN[5:]).status_code == 204
    assert Transfer.objects.get().finished_at is not None


def test_a_file_is_taken_out_with_its_bytes(sender, delivery, address):
    sender.append(address, 0, TEN[:4])

    assert sender.tus("DELETE", address).status_code == 204
    assert sender.tus("HEAD", address).status_code == 404
    assert stored() == set()


def test_a_long_body_is_kept_piece_by_piece(sender, delivery, monkeypatch):
    monkeypatch.setattr(deliveries_bytes, "PIECE_BYTES", 4)
    address = sender.put(delivery, "a.dcm", TEN)

    assert [(part.offset, part.length) for part in TransferPart.objects.order_by("offset")] == [
        (0, 4),
        (4, 4),
        (8, 2),
    ]
    assert sender.offset(address) == 10


def test_no_more_files_than_a_delivery_may_have(sender, delivery, monkeypatch):
    monkeypatch.setattr(deliveries_transfers, "MOST_FILES", 1)
    sender.put(delivery, "a.dcm", TEN)

    assert sender.begin(delivery, "b.dcm", 1).status_code == 409

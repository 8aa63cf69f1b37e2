"""Two who send at once: of one byte of a file, one wins; nobody's bytes are mixed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests import factories

from fornix import wiring
from fornix.ingest.deliveries import Wanted, open_delivery
from fornix.ingest.deliveries_bytes import OffsetConflict, append
from fornix.ingest.deliveries_import import import_due_deliveries
from fornix.ingest.deliveries_single import hand_in
from fornix.ingest.deliveries_transfers import Announced, announce, parts_of
from fornix.models import Delivery, Transfer, TransferPart
from fornix.models.memberships import Role

WRITERS = 4


@pytest.fixture
def alice(transactional_db):
    account = factories.make_account("alice")
    factories.make_project(people={account: Role.MEMBER})
    return factories.actor_of(account)


def at_once(work) -> list[object]:
    """What each of several threads got from `work(number)`, or what it raised."""
    gate = Barrier(WRITERS)

    def run(number: int) -> object:
        gate.wait()
        try:
            return work(number)
        except OffsetConflict as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as threads:
        return list(threads.map(run, range(WRITERS)))


def test_of_those_who_write_at_one_offset_one_wins(alice):
    store = wiring.store()
    delivery = open_delivery(alice, "rest", Wanted(), at=factories.AT)
    begun = announce(alice, delivery.pk, Announced("a", 10), room=None, at=factories.AT)
    contents = [bytes([number]) * 10 for number in range(WRITERS)]

    told = at_once(lambda number: append(alice, delivery.pk, begun.transfer_id, 0, [contents[number]], store))

    refused = [each for each in told if isinstance(each, OffsetConflict)]
    (part,) = parts_of(Transfer.objects.get())
    with store.open(part.key) as stream:
        assert stream.read() in contents
    assert len(refused) == WRITERS - 1
    assert [stat.key for stat in store.list("")] == [part.key], "the others' bytes are gone"


def test_a_file_announced_by_several_at_once_is_one(alice):
    delivery = open_delivery(alice, "rest", Wanted(), at=factories.AT)
    announced = Announced("a", 10, key="k")

    told = at_once(lambda _: announce(alice, delivery.pk, announced, room=None, at=factories.AT).transfer_id)

    assert len(set(told)) == 1
    assert Transfer.objects.count() == 1


def test_files_of_one_name_announced_at_once_are_all_kept(alice):
    delivery = open_delivery(alice, "rest", Wanted(), at=factories.AT)

    at_once(lambda _: announce(alice, delivery.pk, Announced("a/1.dcm", 10), room=None, at=factories.AT))

    names = sorted(Transfer.objects.values_list("name", flat=True))
    assert names == ["a/1.dcm", "a/1~2.dcm", "a/1~3.dcm", "a/1~4.dcm"]


def test_of_several_workers_one_imports(alice):
    hand_in(
        alice,
        "rest",
        Wanted(),
        "notes.txt",
        [b"by hand"],
        wiring.store(),
        length=None,
        room=10**9,
        at=factories.AT,
    )
    rules, scratch = wiring.site_rules(), wiring.scratch()

    ended = at_once(lambda _: import_due_deliveries(wiring.store(), rules, scratch))

    assert sum(ended) == 1
    assert Delivery.objects.exclude(ended_at=None).count() == 1
    assert TransferPart.objects.count() == 0

"""What every store promises; a new backend is one more row of ADDRESSES."""

import hashlib
import zlib
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vesalius.errors import BadInput, Misconfigured
from vesalius.store import BadBlobName, BlobDamaged, BlobMissing, open_store

ADDRESSES = ["file://{folder}"]
NOWHERE = "0" * 64


@pytest.fixture(params=ADDRESSES)
def store(request, tmp_path):
    return open_store(request.param.format(folder=tmp_path / "store"))


@pytest.fixture(params=ADDRESSES)
def other(request, tmp_path):
    return open_store(request.param.format(folder=tmp_path / "other"))


def finished(store, *contents):
    blobs = []
    for content in contents:
        with store.writer() as writer:
            writer.write(content)
            blobs.append(writer.finish())
    return blobs


def read(store, name):
    with store.open(name) as file:
        return file.read()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(st.binary(max_size=5000), max_size=6))
def test_a_blob_is_named_by_its_content(store, blocks):
    with store.writer(md5=True) as writer:
        for block in blocks:
            assert writer.write(block) == len(block)
        blob = writer.finish()
    store.commit([blob])
    content = b"".join(blocks)
    assert blob.sha256 == hashlib.sha256(content).hexdigest()
    assert blob.md5 == hashlib.md5(content).hexdigest()
    assert (blob.size, blob.crc32) == (len(content), zlib.crc32(content))
    assert read(store, blob.sha256) == content
    assert store.size(blob.sha256) == len(content)
    assert store.verify(blob.sha256)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_can_be_written(store, kind):
    with store.writer() as writer:
        writer.write(kind(b"DICM"))
        blob = writer.finish()
    assert blob.sha256 == hashlib.sha256(b"DICM").hexdigest()
    assert blob.md5 is None, "MD5 costs time and is made only where asked for"


def test_the_same_bytes_are_stored_once(store):
    first, second = store.put(b"DICM"), store.put(b"DICM")
    assert first == second
    assert list(store.names()) == [first.sha256]


def test_the_same_bytes_may_stand_twice_in_a_group(store):
    a, b = finished(store, b"DICM", b"DICM")
    assert store.commit([a, b]) == frozenset()
    assert list(store.names()) == [a.sha256]


def test_nothing_is_visible_before_the_commit(store):
    [blob] = finished(store, b"DICM")
    assert not store.has(blob.sha256)
    assert list(store.names()) == []
    store.commit([blob])
    assert store.has(blob.sha256)


def test_a_discarded_blob_is_gone(store):
    [blob] = finished(store, b"DICM")
    store.discard([blob])
    assert store.sweep(timedelta(seconds=-1)) == 0, "nothing was left to sweep"
    store.discard([blob])


def test_an_abandoned_writer_leaves_nothing(store):
    with store.writer() as writer:
        writer.write(b"DICM")
    with suppress(KeyboardInterrupt), store.writer() as writer:
        writer.write(b"DICM")
        writer.finish()
        raise KeyboardInterrupt
    assert store.sweep(timedelta(seconds=-1)) == 0
    assert list(store.names()) == []


def test_names_come_in_order(store):
    blobs = [store.put(bytes([n])) for n in range(50)]
    assert list(store.names()) == sorted(blob.sha256 for blob in blobs)


def test_a_reader_can_seek(store):
    blob = store.put(b"0123456789")
    with store.open(blob.sha256, size=10) as file:
        assert file.seek(4) == 4
        assert file.read(3) == b"456"


def test_a_missing_blob_is_an_incident_and_not_a_readers_mistake(store):
    for ask in (store.open, store.size, store.verify):
        with pytest.raises(BlobMissing) as caught:
            ask(NOWHERE)
        assert caught.value.status == 500
    assert not store.has(NOWHERE)


def test_a_blob_of_another_size_than_recorded_is_refused(store):
    blob = store.put(b"DICM")
    with pytest.raises(BlobDamaged):
        store.open(blob.sha256, size=5)


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n", "/" + "0" * 63, "٠" * 64],
)
def test_no_path_is_made_from_anything_but_a_name(store, name):
    for ask in (store.open, store.size, store.has, store.verify, store.delete):
        with pytest.raises(BadBlobName):
            ask(name)
    assert issubclass(BadBlobName, BadInput)


def test_a_deleted_blob_is_gone_and_may_be_deleted_again(store):
    blob, kept = store.put(b"DICM"), store.put(b"kept")
    assert store.delete(blob.sha256)
    assert not store.delete(blob.sha256)
    assert list(store.names()) == [kept.sha256]
    assert store.put(b"DICM") == blob


def test_blobs_are_copied_from_another_store_in_any_number(store, other):
    names = [other.put(n.to_bytes(2, "big")).sha256 for n in range(230)]
    copied = store.copy_from(other, names)
    assert [blob.sha256 for blob in copied] == names
    assert sorted(names) == list(store.names())
    assert store.copy_from(other, names) == copied, "a second time changes nothing"


def test_a_copy_tells_the_md5_where_asked_for(store, other):
    name = other.put(b"DICM").sha256
    assert [blob.md5 for blob in store.copy_from(other, [name], md5=True)] == [
        hashlib.md5(b"DICM").hexdigest()
    ]


def test_a_copy_stops_at_a_blob_that_is_missing(store, other):
    name = other.put(b"DICM").sha256
    with pytest.raises(BlobMissing):
        store.copy_from(other, [name, NOWHERE])
    assert list(store.names()) == []
    assert store.sweep(timedelta(seconds=-1)) == 0


def test_free_space_is_told(store):
    assert store.free_bytes > 1 << 20


@pytest.mark.parametrize(
    "address", ["s3://bucket", "http://host/x", "file://elsewhere/x", "store", "file:store"]
)
def test_another_kind_of_store_is_not_installed(address):
    with pytest.raises(Misconfigured):
        open_store(address)

"""Writers run by the tests as processes of their own, under strace or until they are killed."""

import sys
from pathlib import Path

from vesalius.errors import ArchiveError
from vesalius.store import open_store


def content(n, size=300_000):
    return n.to_bytes(8, "big") * (size // 8)


def group(store, numbers):
    finished = []
    for n in numbers:
        with store.writer() as writer:
            writer.write(content(n))
            finished.append(writer.finish())
    store.commit(finished)
    return [blob.sha256 for blob in finished]


def write_once(store):
    """One group of three; says what was acknowledged, or which error came."""
    try:
        print(*group(store, range(3)), flush=True)
    except ArchiveError as error:
        print(error.code, error.status, flush=True)


def write_for_ever(store, start):
    n = start
    while True:
        print(*group(store, range(n, n + 5)), flush=True)
        n += 5


def write_same(store, rounds):
    for n in range(rounds):
        print(*group(store, [n, n, n + 1]), flush=True)


if __name__ == "__main__":
    deed, folder, *numbers = sys.argv[1:]
    globals()[deed](open_store(Path(folder)), *map(int, numbers))

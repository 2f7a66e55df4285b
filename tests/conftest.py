"""One data folder per test process; `house` is an empty archive of both sides in it."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(tempfile.mkdtemp(prefix="vesalius-test-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["VESALIUS_DATA"] = str(FOLDER / "data")
os.environ["VESALIUS_SIDE"] = "staff"
os.environ["VESALIUS_READ_PIXELS"] = "false"  # people look for text in pixels, as where the extra is absent
os.environ["DJANGO_SETTINGS_MODULE"] = "vesalius.settings.django"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "true"  # a browser's fixture keeps an event loop in this thread; nothing is async
)

import django  # noqa: E402 - the settings above come first

django.setup()

from django.conf import settings as django_settings  # noqa: E402
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from vesalius.catalog.bytes import archive_store  # noqa: E402
from vesalius.intake.bytes import intake_store  # noqa: E402
from vesalius.jobs.dispatch import Dispatcher  # noqa: E402
from vesalius.jobs.pool import ChildPool  # noqa: E402
from vesalius.settings import Settings  # noqa: E402
from vesalius.settings.routing import Side  # noqa: E402
from vesalius.store import FolderStore  # noqa: E402

# Argon2 is made to be slow; accounts of in-process tests need not be. Real servers verify what it writes all the same.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1


@dataclass(frozen=True)
class House:
    """An archive of both sides, empty at the start of each test."""

    settings: Settings
    hands: Executor

    @property
    def intake(self) -> FolderStore:
        return intake_store()

    @property
    def archive(self) -> FolderStore:
        return archive_store()

    def work(self) -> int:
        """Do every job of both sides that can be done now; returns how many."""
        total = 0
        while done := sum(Dispatcher(side, self.hands, threads=1).run_until_idle() for side in Side):
            total += done
        return total


@pytest.fixture(scope="session")
def hands() -> Iterator[Executor]:
    """Two real child processes, as in production."""
    with ChildPool(2) as pool:
        yield pool


@pytest.fixture(scope="session")
def _migrated() -> Iterator[None]:
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    yield
    connections.close_all()


@pytest.fixture
def house(_migrated: None, hands: Executor) -> House:
    """An empty archive of both sides."""
    settings = django_settings.VESALIUS
    for alias in connections:
        call_command("flush", database=alias, verbosity=0, interactive=False, inhibit_post_migrate=True)
    for store in (intake_store(), archive_store()):
        for name in list(store.names()):
            store.delete(name)
    shutil.rmtree(settings.data / "derived", ignore_errors=True)
    return House(settings=settings, hands=hands)


pytest_plugins = ["tests.archives", "tests.deliveries"]

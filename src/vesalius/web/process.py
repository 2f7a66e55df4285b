"""One process of an archive: `python -m vesalius.web.process SIDE DUTY`. The supervisor starts them."""

import importlib
import os
import signal
import sys
from collections.abc import Callable

from vesalius.jobs.lifeline import end_with_starter

SIDES = {"public": "vesalius.web.public_side", "staff": "vesalius.web.staff_side"}


def main(side: str, duty: str) -> None:
    """Become one process: side is "public" or "staff", duty "prepare", "site" or "work"."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C before a duty has its own way to end: no traceback
    end_with_starter()
    os.environ["VESALIUS_SIDE"] = side
    os.environ["DJANGO_SETTINGS_MODULE"] = "vesalius.settings.django"
    DUTIES[duty](side)


def prepare(_: str) -> None:
    """Bring the databases of this process to the newest form; repeating changes nothing."""
    import django  # noqa: PLC0415 - settings are read when Django comes in
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    django.setup()
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0, interactive=False)


def site(side: str) -> None:
    """Serve the site of this side."""
    from vesalius import settings  # noqa: PLC0415
    from vesalius.web.server import serve  # noqa: PLC0415

    ours = settings.load()
    port, workers = (ours.public_port, ours.web_workers) if side == "public" else (ours.staff_port, 1)
    serve("vesalius.web.asgi:application", host=ours.host, port=port, workers=workers)


def work(side: str) -> None:
    """Do the jobs of this side until told to stop."""
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415

    from vesalius.jobs.dispatch import Dispatcher  # noqa: PLC0415
    from vesalius.jobs.hands import open_hands  # noqa: PLC0415
    from vesalius.jobs.limits import TaskLimits  # noqa: PLC0415

    for module in importlib.import_module(SIDES[side]).WORK:
        importlib.import_module(module)
    ours = settings.VESALIUS
    with open_hands(ours.hands, ours.hand_count, limits=TaskLimits(memory=ours.hand_memory)) as hands:
        dispatcher = Dispatcher(settings.VESALIUS_OWN_SIDE, hands, threads=ours.hand_count)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: dispatcher.stop())
        dispatcher.run()


DUTIES: dict[str, Callable[[str], None]] = {"prepare": prepare, "site": site, "work": work}

if __name__ == "__main__":
    main(*sys.argv[1:])

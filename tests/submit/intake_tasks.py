"""A delivery that tests run as a process of its own: `python intake_tasks.py FOLDER`, with VESALIUS_DATA set."""

import os
import sys
from pathlib import Path


def main(folder: str) -> None:
    os.environ["VESALIUS_SIDE"] = "staff"
    os.environ["DJANGO_SETTINGS_MODULE"] = "vesalius.settings.django"
    import django

    django.setup()
    from vesalius.store.sources import gather
    from vesalius.submit.receive import Delivery, open_submission, receive

    sources = gather([Path(folder)])
    delivery = Delivery(site="Hospital", collection="Test-Chest", origin="site", person="sender")
    receive(open_submission(delivery, sources), sources, lambda *_: os.write(1, b"acknowledged\n"))


if __name__ == "__main__":
    main(*sys.argv[1:])

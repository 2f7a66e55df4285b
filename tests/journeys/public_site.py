"""A public process of its own with a small archive, for journeys: no intake side, not even in its environment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.web.conftest import free_port, stop

from vesalius.web.ready import wait_until_ready


@dataclass
class PublicSite:
    base: str
    known: dict[str, Any]

    def addresses(self) -> dict[str, str]:
        uid, limited = self.known["series"], self.known["limited"]
        return {
            "home": "/", "help": "/help/", "collections": "/collections/", "collection": "/collections/Lung/",
            "collection-limited": "/collections/Brain/", "version": "/collections/Lung/versions/2/",
            "version-old": "/collections/Lung/versions/1/",
            "version-compare": "/collections/Lung/versions/compare/?from=1&to=2", "search": "/search/", "search-chips": "/search/?modality=CT&text=lung",
            "search-none": "/search/?modality=PT", "search-studies": "/search/?view=studies",
            "search-subjects": "/search/?view=subjects", "patient": "/patients/Lung/LUNG-1/",
            "study": f"/studies/{self.known['study']}/", "series": f"/series/{uid}/", "series-old": f"/series/{uid}/?version=1",
            "series-limited": f"/series/{limited}/", "header": f"/series/{uid}/header/", "basket-empty": "/basket/",
            "login": "/account/login/",
        }  # fmt: skip


@contextmanager
def public_site(folder: Path, filler: str = "public_archive.py") -> Iterator[PublicSite]:
    """Fills the folder with a program of this folder, then serves it and does its jobs until the end."""
    port = free_port()
    program = Path(__file__).with_name(filler)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("VESALIUS", "DJANGO"))}
    told = subprocess.run(
        [sys.executable, program, folder], env=plain, check=True, stdout=subprocess.PIPE
    ).stdout
    base = f"http://127.0.0.1:{port}"
    settings = {
        "VESALIUS_DATA": str(folder), "VESALIUS_PUBLIC_PORT": str(port), "VESALIUS_PUBLIC_URL": base, "VESALIUS_WEB_WORKERS": "1",
    }  # fmt: skip
    processes = [
        subprocess.Popen([sys.executable, "-m", "vesalius.web.process", "public", duty], env=plain | settings)
        for duty in ("site", "work")
    ]
    try:
        wait_until_ready("127.0.0.1", port, seconds=60)
        yield PublicSite(base, json.loads(told))
    finally:
        for process in processes:
            stop(process)

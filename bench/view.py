"""Pictures and the viewer: thumbnails against pydicom with Pillow, and a series of 300 slices opened in a real browser.

Thumbnails are made from the same files to the same size, in turn, and measured in processor time.
The browser is Debian's Chromium on loopback, the site the product's own process with its own jobs; what it shows of an
image is what its viewer says of it.
Run: python -m bench.view
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from bench.harness import alternate, free_port, last_line, print_table, running
from bench.slices import write_slices
from PIL import Image
from pydicom.pixels import apply_modality_lut, apply_voi_lut

SIZE = 256  # pixels of the longer side of a thumbnail
SLICES = 300
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SHOWN = """number => new Promise(done => {
  const stage = document.querySelector("[data-part=stage]");
  const look = () => (Number(stage.dataset.shown) === number || (!number && stage.dataset.shown)
    ? done(performance.now()) : requestAnimationFrame(look));
  look();
})"""
PLAYED = """async count => {
  const stage = document.querySelector("[data-part=stage]");
  const play = document.querySelector("[data-part=play]");
  let seen = 0, last = stage.dataset.shown;
  const start = performance.now();
  const all = new Promise(done => new MutationObserver(() => {
    seen += Number(stage.dataset.shown !== last);
    last = stage.dataset.shown;
    if (seen >= count) done();
  }).observe(stage, { attributeFilter: ["data-shown"] }));
  play.click();
  await all;
  const took = performance.now() - start;
  play.click();
  return took;
}"""  # the attribute changes when an image is drawn, and only then


def usual(path: Path) -> bytes:
    """A thumbnail as one writes it with pydicom and Pillow: tables of the header, then 8 bits, then smaller."""
    data = pydicom.dcmread(path)
    values = apply_voi_lut(apply_modality_lut(data.pixel_array, data), data)
    low = data.RescaleIntercept + data.RescaleSlope * -(1 << (data.BitsStored - 1))
    grey = ((values - low) / ((1 << data.BitsStored) - 1) * 255).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(grey)
    picture.thumbnail((SIZE, SIZE), Image.Resampling.BOX)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def ours(path: Path) -> bytes:
    """The same as the jobs of the archive make it."""
    from vesalius.dicom import read
    from vesalius.dicom.frames import frame
    from vesalius.dicom.look import look_of
    from vesalius.dicom.render import render

    with read(path) as file:
        return render(frame(file, 0), look_of(file, 0), size=SIZE)


def per_second(make: Callable[[Path], bytes], files: list[Path]) -> float:
    """Thumbnails in a second of processor time."""
    start = time.process_time()
    for path in files:
        make(path)
    return len(files) / (time.process_time() - start)


def difference(files: list[Path]) -> float:
    """Mean difference of both in grey levels."""
    found = [
        np.abs(
            np.subtract(*(np.asarray(Image.open(io.BytesIO(make(path))), int) for make in (usual, ours)))
        ).mean()
        for path in files
    ]
    return float(np.mean(found))


def open_series(base: str, uid: str, rounds: int) -> dict[str, list[float]]:
    """In a fresh browser each time: until the first image stands, and how many follow each second while it plays."""
    from playwright.sync_api import sync_playwright

    figures: dict[str, list[float]] = {"first image, ms": [], "images a second": [], "all images, s": []}
    with sync_playwright() as playwright:
        for turn in range(rounds + 1):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
            page.goto(f"{base}/series/{uid}/#image=1", wait_until="commit")
            page.wait_for_selector("[data-part=stage]", state="attached")
            first = page.evaluate(SHOWN, 0)  # since the browser asked for the page
            page.locator("[data-part=rate]").fill("60")
            page.locator("[data-part=rate]").press("Tab")
            took = page.evaluate(PLAYED, SLICES - 1)
            browser.close()
            if turn:
                figures["first image, ms"].append(first)
                figures["images a second"].append((SLICES - 1) / took * 1000)
                figures["all images, s"].append(took / 1000)
    return figures


def served(folder: Path, stack: ExitStack) -> tuple[str, str]:
    """The public site with its jobs on a new archive of one series; its address and the UID."""
    make = [sys.executable, "-m", "bench.view_site", folder / "data", folder / "slices"]
    made: dict[str, Any] = json.loads(subprocess.run(make, check=True, capture_output=True).stdout)
    port = free_port()
    env = {
        "VESALIUS_DATA": str(folder / "data"), "VESALIUS_PUBLIC_PORT": str(port), "VESALIUS_WEB_WORKERS": "2",
        "VESALIUS_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    site = [sys.executable, "-m", "vesalius.web.process", "public", "site"]
    stack.enter_context(running(site, port, env=env))
    return f"http://127.0.0.1:{port}", made["uid"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--thumbnails", type=int, default=60, help="how many slices a round makes small")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-view-")))
        write_slices(folder / "slices", 1, SLICES)
        files = sorted((folder / "slices").rglob("*.dcm"))[: asked.thumbnails]
        off = difference(files[:10])
        cases = {
            "pydicom + Pillow": lambda: per_second(usual, files),
            "Vesalius": lambda: per_second(ours, files),
        }
        made = alternate(cases, asked.rounds)
        base, uid = served(folder, stack)
        seen = open_series(base, uid, asked.rounds)
    print_table(f"thumbnails of {SIZE} pixels from files of 0.53 MB", "per second of processor time", made)
    print(f"mean difference {off:.2f} grey levels")
    print_table(
        f"a series of {SLICES} slices of 512 x 512 in Chromium, {os.cpu_count()} cores", "loopback", seen
    )
    median = {name: statistics.median(values) for name, values in (made | seen).items()}
    last_line(
        thumb_vs_pydicom_pillow=round(median["Vesalius"] / median["pydicom + Pillow"], 2),
        thumb_mean_difference=round(off, 2),
        first_image_ms=round(median["first image, ms"]),
        images_per_s=round(median["images a second"], 1),
    )


if __name__ == "__main__":
    main()

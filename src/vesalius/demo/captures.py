"""Pictures with a patient's name burned in: a dose report, an ultrasound image and a letter."""

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from vesalius.demo.headers import Study

Picture = NDArray[np.uint8]
_UNDRAWN = str.maketrans({"ø": "oe", "Ø": "Oe", "æ": "ae", "å": "aa"})  # letters that Pillow's own font lacks


def dose_report(study: Study) -> Picture:
    """A scanner's dose page, RGB, 512 rows by 640 columns."""
    picture = Image.new("RGB", (640, 512), (8, 8, 16))
    draw = ImageDraw.Draw(picture)
    big, small = ImageFont.load_default(22), ImageFont.load_default(16)
    person, site, machine = study.person, study.site, study.site.machines["CT"]
    draw.rectangle((0, 0, 640, 44), fill=(30, 44, 78))
    draw.text((14, 9), "Dose report", font=big, fill="white")
    rows = [
        ("Patient", person.name.replace("^", " ")), ("ID", person.id), ("Born", person.born),
        ("Accession", study.accession), ("Exam", f"{study.date}  {study.time}"), ("Site", site.institution),
        ("Operator", site.operator.replace("^", " ")), ("Scanner", f"{machine.maker} {machine.model}"),
    ]  # fmt: skip
    for line, (label, text) in enumerate(rows):
        draw.text((18, 62 + 26 * line), label, font=small, fill=(150, 170, 210))
        draw.text((150, 62 + 26 * line), text.translate(_UNDRAWN), font=small, fill="white")
    draw.line((14, 286, 626, 286), fill=(90, 100, 130))
    for line, row in enumerate(
        [("Series", "Type", "CTDIvol", "DLP"), ("1", "Scout", "-", "-"), ("2", "Helical", "7.84", "268.4")]
    ):
        for column, text in enumerate(row):
            draw.text(
                (18 + 150 * column, 304 + 28 * line),
                text,
                font=small,
                fill="white" if line else (150, 170, 210),
            )
    return np.asarray(picture, np.uint8)


def ultrasound(study: Study, rng: Generator) -> Picture:
    """A sector scan of a liver under a banner with the patient's name, RGB, 600 rows by 800 columns."""
    grey = _sector(rng, 600, 800)
    picture = Image.fromarray(grey).convert("RGB")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(18)
    person = study.person
    draw.rectangle((0, 0, 800, 46), fill=(24, 30, 40))
    draw.text((12, 3), f"{person.name.replace('^', ' ')}   {person.id}", font=font, fill=(240, 240, 200))
    draw.text((12, 24), f"*{person.born}   {study.site.institution}", font=font, fill=(200, 210, 220))
    draw.text((610, 24), f"{study.date} {study.time[:4]}", font=font, fill=(200, 210, 220))
    for depth in range(6):
        draw.line((772, 80 + depth * 92, 786, 80 + depth * 92), fill=(180, 180, 180))
    draw.text((20, 560), "C5-1  3.5 MHz  MI 1.1  TIS 0.4", font=font, fill=(160, 190, 160))
    return np.asarray(picture, np.uint8)


def _sector(rng: Generator, rows: int, columns: int) -> Picture:
    """Speckle between two circles: the size of a smoothed complex field, darker with depth."""
    beams, depths = 420, 460
    field = rng.standard_normal((2, depths, beams)).astype(np.float32)
    field = ndimage.gaussian_filter(field, (0, 1.1, 1.6))
    tissue = ndimage.gaussian_filter(rng.standard_normal((depths, beams)).astype(np.float32), 28)
    envelope = np.hypot(field[0], field[1]) * np.exp(0.5 * tissue / tissue.std())
    depth, beam = np.mgrid[0:depths, 0:beams]
    for at, across, radius in ((150, 130, 17), (210, 235, 24), (265, 300, 13), (320, 180, 20)):
        turn, long = rng.uniform(-0.6, 0.6), rng.uniform(1, 2.6)  # vessels, cut across or along
        down = depth - at - rng.uniform(-28, 28)
        aside = 0.9 * (beam - across - rng.uniform(-40, 40))
        u, v = aside * np.cos(turn) + down * np.sin(turn), down * np.cos(turn) - aside * np.sin(turn)
        edge = np.hypot(u / long, v) - radius * rng.uniform(0.55, 1) / np.sqrt(long)
        envelope *= 0.10 + 0.90 / (1 + np.exp(np.clip(-edge / 1.6, -30, 30)))
    curve = 385 + rng.uniform(14, 28) * np.sin(beam / 75 + rng.uniform(-0.7, 0.7))
    envelope += 2.4 * np.exp(-(((depth - curve) / 5) ** 2)) * (0.6 + 0.4 * field[0] / field[0].std() ** 2)
    envelope = np.where(depth > curve + 8, envelope * 0.45, envelope)
    log = np.log1p(9 * np.abs(envelope) / np.percentile(np.abs(envelope), 97))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    x, y = x - columns / 2, y + 60
    radius, angle = np.hypot(x, y), np.arctan2(x, y)
    where = [(radius - 130) / 500 * depths, (angle / 0.62 + 1) / 2 * beams]
    scan = ndimage.map_coordinates(log, where, order=1, cval=0)
    scan[(np.abs(angle) > 0.62) | (radius < 132) | (radius > 628)] = 0
    return np.asarray(np.clip(scan / np.log(10) * 205, 0, 255), np.uint8)


def letter(study: Study) -> Picture:
    """A referring doctor's letter as a scanner sees it, a little askew: grey, 1000 rows by 720 columns."""
    person, site = study.person, study.site
    sheet = Image.new("L", (720, 1000), 244)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(19)
    name = person.name.replace("^", " ")
    family, given = site.referring.split("^")[:2]
    day = f"{study.date[6:]}.{study.date[4:6]}.{study.date[:4]}"
    lines = [
        f"Dr {family}, general practice, Havndal", "", site.institution, site.department, "", day, "",
        f"Re: {name}", f"born {person.born}, {person.other_id}", person.address, f"tel. {person.phone}", "",
        "Dear colleague,", "", f"thank you for seeing Mrs {name.split()[0]}, who has felt an ache",
        "under her right ribs since the spring. Her mother,",
        f"{person.mother.replace('^', ' ')}, had gallstones. Please scan the liver",
        "and the gallbladder, and write to her at home.", "", "Yours sincerely,", "", f"{given} {family}",
    ]  # fmt: skip
    for line, text in enumerate(lines):
        draw.text((64, 60 + 30 * line), text.translate(_UNDRAWN), font=font, fill=48)
    at = np.linspace(0, 1, 200)
    wave = 34 * (1 - at) * np.sin(26 * at + 9 * np.sin(5 * at)) - 12 * at
    draw.line(
        [(80 + 240 * x + 10 * np.sin(40 * x), 780 + y) for x, y in zip(at, wave, strict=True)],
        fill=60,
        width=3,
    )
    turned = sheet.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=236)
    paper = default_rng(7).normal(0, 3.5, (1000, 720)) + np.linspace(-10, 4, 720)
    return np.asarray(np.clip(np.asarray(turned, np.float32) + paper, 0, 255), np.uint8)

"""Ribs, spine, shoulder blades, breastbone and collar bones of one slice."""

import numpy as np

from vesalius.demo.phantom import anatomy
from vesalius.demo.phantom.canvas import AIR, Canvas, Points, band, beads, closed, ellipse, normals, opened

_SAMPLES = 180
_GUTTER = 80  # sample of the cavity's outline beside the vertebral body
_CARTILAGE_FROM = 0.8  # part of the way from the spine to the breastbone
_CLAVICLES = [
    [
        beads([(x * side, y, z, r * wide) for x, y, z, r in anatomy.paths("clavicle")[0]], step=0.8)
        for wide in (1, 0.66)
    ]
    for side in (-1, 1)
]


def wall(z: float, side: int) -> tuple[Points, Points]:
    """Inner chest wall of one side (+1 left) from spine to breastbone, and its outward normals."""
    curve = closed(anatomy.whole("cavity", z), _SAMPLES)[_GUTTER:4:-1]
    out = normals(curve)
    if np.mean(out[:, 0]) < 0:
        out = -out
    return curve * (side, 1), out * (side, 1)


def along_wall(z: float, side: int, start: float, end: float, offset: float) -> Points:
    """A piece of the chest wall, moved outward by `offset` mm."""
    curve, out = wall(z, side)
    low, high = int(start * len(curve)), int(end * len(curve))
    return (curve + out * offset)[low:high]


def ribs(canvas: Canvas, z: float, old: float, shift: float) -> None:
    """Arcs where the slice cuts the sloping ribs; `old` (0..1) whitens the cartilage and thins the marrow."""
    for side in (-1, 1):
        curve, out = wall(z, side)
        part = np.linspace(0, 1, len(curve))
        for number, (head, drop) in enumerate(anatomy.RIBS):
            end = 1.0 if number < 7 else (0.84, 0.8, 0.76, 0.5, 0.34)[number - 7]
            height = head + shift * side + 5 * np.sin(np.pi * np.minimum(part * 5, 1)) - drop * part**1.3
            depth = 1 - ((z - height) / 7.6) ** 2
            cut = (depth > 0.04) & (part <= end)
            for piece in np.split(np.flatnonzero(cut), np.flatnonzero(np.diff(np.flatnonzero(cut)) > 1) + 1):
                if len(piece) > 2:
                    _rib(canvas, curve[piece] + out[piece] * 5.6, np.sqrt(depth[piece]), part[piece], old)


def _rib(canvas: Canvas, centre: Points, depth: Points, part: Points, old: float) -> None:
    bone = part < _CARTILAGE_FROM
    taper = np.minimum(1, np.minimum(np.arange(len(part)), np.arange(len(part))[::-1]) / 2.5 + 0.25)
    if (~bone).sum() > 2:
        canvas.paint(band(centre[~bone], 4.6 * (depth * taper)[~bone]), 95 + 60 * old)
        if old > 0.5:
            canvas.paint(band(centre[~bone], 1.2 * (depth * taper)[~bone]), 240)
    if bone.sum() > 2:
        width = 4.3 * (depth * taper)[bone]
        canvas.paint(band(centre[bone], width), 640 - 130 * old)
        canvas.paint(band(centre[bone], np.maximum(width - 1.7, 0.05)), 190 - 90 * old)


def spine(canvas: Canvas, z: float, old: float, cord: float) -> None:
    """Vertebral body or disc, arch, processes and the canal."""
    phase = (((z - anatomy.RIBS[0][0]) / anatomy.VERTEBRA_PITCH + 0.5) % 1) - 0.5  # 0 at the rib heads
    grow = 1.12 - 0.3 * z / 280
    _processes(canvas, phase, old)
    canvas.paint(ellipse((0, 71), (15 * grow, 13)), 500 - 80 * old)
    canvas.paint(ellipse((0, 71), (13 * grow, 11)), 260 - 60 * old)
    half = np.array([(0, 33), (13, 35), (19.5, 42), (20, 52), (14, 60.5), (0, 59)], float)
    body = np.vstack([half, half[-2:0:-1] * (-1, 1)])
    body = (body - (0, 60)) * (grow, 0.9 + 0.1 * grow) + (0, 60)
    disc = abs(abs(phase) - 0.5) < 0.11
    outline = closed(body)
    canvas.paint(outline, 88 if disc else 430 - 120 * old)
    if not disc:
        canvas.paint((outline - (0, 48)) * 0.9 + (0, 48), 215 - 95 * old)
    if abs(phase) > 0.28:
        for side in (-1, 1):
            canvas.paint(ellipse((side * 15 * grow, 65), (5.5, 4.5), 20 * side), -70)
            canvas.paint(ellipse((side * 14.5 * grow, 66), (2.6, 2.4)), 40)
            canvas.paint(ellipse((side * 14 * grow, 78), (5, 4.2), 30 * side), 620 - 150 * old)
    canvas.paint(ellipse((0, 70.5), (9.2 * grow, 8.2)), -35)
    canvas.paint(ellipse((0, 70.5), (8 * grow, 7.2)), 18)
    canvas.paint(ellipse((0, 70.2), (5.4, 4.2)), cord + 8)


def _processes(canvas: Canvas, phase: float, old: float) -> None:
    tip = 101 - 9 * abs(phase)
    curve = opened(np.array([(0, 80), (0.5, 88), (0, tip)], float), 30)
    width = np.interp(np.linspace(0, 1, 30), [0, 0.5, 0.9, 1], [4.5, 2.6, 3.8, 1.5])
    canvas.paint(band(curve, width), 470 - 90 * old)
    canvas.paint(band(curve, np.maximum(width - 1.6, 0.05)), 240 - 60 * old)
    if abs(phase) > 0.27:
        return
    for side in (-1, 1):
        arm = opened(np.array([(side * 10, 70), (side * 22, 76), (side * 36, 83)], float), 24)
        width = np.interp(np.linspace(0, 1, 24), [0, 0.5, 0.85, 1], [5.5, 4, 5, 1.5]) * (1 - abs(phase))
        canvas.paint(band(arm, width), 470 - 90 * old)
        canvas.paint(band(arm, np.maximum(width - 1.7, 0.05)), 220 - 60 * old)


def sternum(canvas: Canvas, z: float, old: float) -> None:
    """Manubrium, body and xiphoid, just in front of the cavity."""
    if not 92 < z < 242:
        return
    front = float(anatomy.half("cavity", z)[0, 1])
    wide = float(np.interp(z, [92, 108, 125, 160, 190, 200, 226, 242], [3, 9, 18, 16, 13, 20, 27, 16]))
    thick = float(np.interp(z, [92, 110, 190, 242], [3, 4.6, 5, 6.5]))
    for shrink, density in ((0.0, 430 - 60 * old), (1.7, 165 - 50 * old)):
        x = np.linspace(-1, 1, 21)
        profile = np.sqrt(np.maximum(1 - np.abs(x) ** 3.4, 0.01)) * max(thick - shrink, 0.3)
        curve = np.stack([x * max(wide - shrink, 0.5), front - 6.5 + 2.2 * x**2], axis=1)
        canvas.paint(band(curve, profile), density)


def shoulders(canvas: Canvas, z: float, muscle: float) -> None:
    """Shoulder blade between its muscles, and the collar bones."""
    for side in (-1, 1):
        if z > 150:
            _blade(canvas, z, side, muscle)
    for cortex, marrow in _CLAVICLES:
        canvas.string(cortex, z, 520.0, thickness=2.0)
        canvas.string(marrow, z, 220.0, thickness=1.0)


def _blade(canvas: Canvas, z: float, side: int, muscle: float) -> None:
    size = float(np.clip((z - 150) / 45, 0, 1)) ** 0.6
    start, end = 0.235, 0.235 + 0.29 * size
    if end - start < 0.03:
        return
    high = float(np.clip((z - 190) / 60, 0, 1))
    lift = 20.5 + 3 * high
    for offset, width in ((lift - 5.5, 5.2), (lift + 7.5, 7 + 4 * high)):
        curve = along_wall(z, side, start + 0.01, end - 0.02, offset)
        if len(curve) > 3:
            swell = np.sqrt(np.maximum(np.sin(np.linspace(0.05, np.pi - 0.05, len(curve))), 0.02))
            canvas.paint(band(curve, width * swell * (0.4 + 0.6 * size)), muscle)
    curve = along_wall(z, side, start, end, lift)
    if len(curve) < 4:
        return
    at = np.linspace(0, 1, len(curve))
    curve += np.stack([side * 5 * np.sin(at * np.pi) * high, -2 * np.sin(at * np.pi * 2)], axis=1)
    breadth = np.interp(at, [0, 0.06, 0.5, 0.85, 0.97, 1], [0.6, 2.4, 1.5, 3.2, 4.6, 1]) * (0.5 + 0.5 * size)
    canvas.paint(band(curve, breadth), 610)
    canvas.paint(band(curve, np.maximum(breadth - 1.5, 0.03)), 240)
    if high > 0.25:
        across, along = curve[int(len(curve) * 0.42)]
        ridge = opened(
            np.array(
                [(across, along), (across + side * 9, along + 11), (across + side * 22, along + 17)], float
            ),
            24,
        )
        thick = np.interp(np.linspace(0, 1, 24), [0, 0.6, 0.9, 1], [2.2, 2.0, 4.2, 1])
        canvas.paint(band(ridge, thick), 560)
        canvas.paint(band(ridge, np.maximum(thick - 1.6, 0.03)), 230)


def table(canvas: Canvas, back: float) -> None:
    """Couch of the scanner: two thin shells with foam between, and a mat; `back` is the patient's back (mm)."""
    x = np.linspace(-225, 225, 80)
    for depth, thick, density in ((3.5, 3.2, -690.0), (8.0, 1.1, -180.0), (34.0, 1.2, -220.0)):
        sag = 0.00062 * x**2 if depth < 30 else 0.0002 * x**2
        curve = np.stack([x, back + depth + 9 - sag], axis=1)
        canvas.paint(band(curve, thick), density)
    canvas.paint(band(np.stack([x, back + 30 - 0.00041 * x**2], axis=1), 10.5), AIR + 45)

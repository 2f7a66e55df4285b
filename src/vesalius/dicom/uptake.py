"""Standardised uptake of a PET image: its values as multiples of an even spread over the body (PS3.3 C.8.9.1)."""

import re
from typing import Final

from vesalius.dicom.tree import Dataset

UNITS: Final = 0x00541001
_WEIGHT: Final = 0x00101030  # kg
_DECAY_CORRECTION: Final = 0x00541102
_INJECTION: Final = 0x00540016
_DOSE: Final = 0x00181074  # Bq, when injected
_HALF_LIFE: Final = 0x00181075  # s
_INJECTED_AT: Final = (0x00181078, 0x00181072)  # a date-time, else a time of day
_SCANNED_AT: Final = 0x00080031  # Series Time: what decay is corrected to
_DAY: Final = 86_400
_USUAL_WAIT: Final = 3600.0  # s, where the times were removed


def one_suv(data: Dataset) -> float | None:
    """The value that one standardised uptake (by body weight, g/ml) has in this image; None where it cannot be told."""
    units = data.text(UNITS)
    if units == "GML":
        return 1.0
    injection = data.get(_INJECTION)
    weight = next(iter(data.floats(_WEIGHT)), 0.0)
    if units != "BQML" or weight <= 0 or injection is None or not injection.items:
        return None
    said = injection.items[0].dataset
    dose, half_life = (next(iter(said.floats(tag)), 0.0) for tag in (_DOSE, _HALF_LIFE))
    if dose <= 0 or half_life <= 0:
        return None
    wait = 0.0 if data.text(_DECAY_CORRECTION) == "ADMIN" else _wait(data, said)
    return float(dose * 2 ** (-wait / half_life) / (weight * 1000))


def _wait(data: Dataset, injection: Dataset) -> float:
    """Seconds from the injection to the scan; both fall within one day."""
    started = next((at for tag in _INJECTED_AT if (at := _seconds(injection.text(tag))) is not None), None)
    scanned = _seconds(data.text(_SCANNED_AT))
    if started is None or scanned is None:
        return _USUAL_WAIT
    return (scanned - started) % _DAY


def _seconds(text: str) -> float | None:
    """Seconds since midnight of a time (TM) or of a date-time (DT), the zone left out."""
    digits = re.split(r"[.+-]", text.strip(), maxsplit=1)[0]
    clock = digits[8:] if len(digits) > 8 else digits
    if len(clock) != 6 or not clock.isdigit():
        return None
    return int(clock[:2]) * 3600.0 + int(clock[2:4]) * 60 + int(clock[4:])

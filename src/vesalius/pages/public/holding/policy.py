"""What one may do with data under a licence, in plain words."""

from typing import Final

from vesalius.catalog.models import License

MAY: Final = {  # SPDX identifier -> what it allows
    "CC-BY-4.0": "You may use, change and share these data, commercially too, if you cite them.",
    "CC-BY-3.0": "You may use, change and share these data, commercially too, if you cite them.",
    "CC-BY-NC-4.0": "You may use, change and share these data if you cite them, and not for commercial ends.",
    "CC-BY-NC-3.0": "You may use, change and share these data if you cite them, and not for commercial ends.",
    "CC0-1.0": "You may use, change and share these data as you like; to cite them is good practice.",
}
READ_IT: Final = "Read the licence before you use these data."


def in_plain_words(licence: License) -> str:
    """What a licence allows."""
    return MAY.get(licence.spdx, READ_IT)

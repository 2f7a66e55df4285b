"""The options of PS3.15 Annex E: the key by which tables and code know one, its code, and the standard's name."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from vesalius.deid.resources import load_rows
from vesalius.dicom.standard import load_json

_SUFFIX: Final = " Option"


@cache
def codes() -> Mapping[str, str]:
    """Code value of CID 7050 by the option's key, such as 113105 for `clean_descriptors`."""
    return {row["option"]: row["code"] for row in load_rows("options.csv")}


@cache
def names() -> Mapping[str, str]:
    """The option's name by its key: the code's meaning, such as `Clean Descriptors`."""
    meanings = {row["code_value"]: row["code_meaning"] for row in load_json("ps3.16_cid7050.json")["rows"]}
    return {option: meanings[code].removesuffix(_SUFFIX) for option, code in codes().items()}

"""One comparison, made once for each distinct value of a column: a row is met where its value is."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vesalius.errors import BadRequest
from vesalius.search.columns.arrow import pa, pc
from vesalius.search.columns.column import Column, Flat, Mask
from vesalius.search.columns.layout import NO, YES
from vesalius.search.conditions import Compare, Operator, Value
from vesalius.search.elements import Element

_FEW: Final = 500  # values that are found one by one in the order of the others
_ORDERED: Final[dict[Operator, tuple[Callable[..., Mask], Callable[..., Any]]]] = {
    Operator.EQUALS: (np.equal, pc.equal),
    Operator.LESS: (np.less, pc.less),
    Operator.LESS_OR_EQUAL: (np.less_equal, pc.less_equal),
    Operator.GREATER: (np.greater, pc.greater),
    Operator.GREATER_OR_EQUAL: (np.greater_equal, pc.greater_equal),
}
_WRITTEN: Final[dict[Operator, Callable[..., Any]]] = {
    Operator.CONTAINS: pc.match_substring,
    Operator.STARTS: pc.starts_with,
    Operator.ENDS: pc.ends_with,
    Operator.LIKE: lambda texts, asked: pc.match_substring_regex(texts, _pattern(asked)),
}


def values_met(column: Column, element: Element, asked: Compare) -> Mask:
    """Which values of the column of an element meet a comparison."""
    operator = asked.operator
    if operator is Operator.PRESENT:
        return ~column.absent
    if operator is Operator.ANY_OF:
        return any_of(column, element, asked.values)
    if operator is Operator.NOT_EQUALS:
        same = values_met(column, element, Compare(asked.element, Operator.EQUALS, asked.values))
        return ~same & ~column.absent
    if operator in _WRITTEN:
        text = str(_only(asked)).casefold()
        return _texts(column, column.folded, _WRITTEN[operator](column.folded.values, text))
    if element.kind in {"number", "day"}:
        flat = column.measured if element.kind == "number" else column.days
        return column.lifted(flat, _numbers(flat, element, asked))
    return _compared_texts(column, element, asked)


def any_of(column: Column, element: Element, values: tuple[Value, ...]) -> Mask:
    """Which values are one of these, exactly; "" is the absent one."""
    met = column.absent.copy() if "" in values else np.zeros(len(column), bool)
    given = [value for value in values if value != ""]
    if element.kind in {"number", "day"}:
        flat = column.measured if element.kind == "number" else column.days
        return met | column.lifted(flat, np.isin(flat.values, [_measure(element, one) for one in given]))
    return met | texts_among(column, [_written(element, one) for one in given])


def texts_among(column: Column, texts: list[str]) -> Mask:
    """Which values are one of these texts, or have one of them as a single value."""
    met = np.zeros(len(column), bool)
    if len(texts) <= _FEW and column.texts is not None:
        codes = [code for text in texts if (code := column.code_of(text)) >= 0]
        met[codes] = True
    else:
        met |= _mask(pc.is_in(column.written, pa.array(texts, pa.large_string())))
    flat = column.single
    if flat.owner is not None:
        met |= column.lifted(flat, _mask(pc.is_in(flat.values, pa.array(texts, pa.large_string()))))
    return met


def _numbers(flat: Flat, element: Element, asked: Compare) -> Mask:
    numbers: NDArray[np.float64] = flat.values
    bounds = [_measure(element, value) for value in asked.values]
    if asked.operator is Operator.BETWEEN:
        low, high = _two(bounds)
        return np.asarray((numbers >= low) & (numbers <= high))
    _only(asked)
    return np.asarray(_ORDERED[asked.operator][0](numbers, bounds[0]))


def _compared_texts(column: Column, element: Element, asked: Compare) -> Mask:
    flat = column.folded
    texts = [_scalar(_written(element, value).casefold()) for value in asked.values]
    if asked.operator is Operator.BETWEEN:
        low, high = _two(texts)
        found = pc.and_(pc.greater_equal(flat.values, low), pc.less_equal(flat.values, high))
        return _texts(column, flat, found)
    _only(asked)
    return _texts(column, flat, _ORDERED[asked.operator][1](flat.values, texts[0]))


def _texts(column: Column, flat: Flat, found: Any) -> Mask:
    """The values with a single one found; "" meets no comparison."""
    return column.lifted(flat, _mask(pc.and_(found, pc.not_equal(flat.values, _scalar("")))))


def _scalar(text: str) -> Any:
    return pa.scalar(text, pa.large_string())


def _mask(found: Any) -> Mask:
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def _written(element: Element, value: Value) -> str:
    """A value as it stands in a column."""
    if element.kind == "flag":
        return YES if value is True or value in {"yes", "Yes", YES} else NO
    return str(value)


def _measure(element: Element, value: Value) -> float:
    """A number, or a day as `date.toordinal` counts it; BadRequest for what is none."""
    try:
        if element.kind == "day":
            day = value.date() if isinstance(value, datetime) else value
            return float((day if isinstance(day, date) else date.fromisoformat(str(day))).toordinal())
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise BadRequest(f"{element.label} is compared with a {element.kind}.") from None


def _only(asked: Compare) -> Value:
    if len(asked.values) != 1:
        raise BadRequest(f"The comparison {asked.operator.value} takes one value.")
    return asked.values[0]


def _two(values: list[Any]) -> tuple[Any, Any]:
    if len(values) != 2:
        raise BadRequest("The comparison between takes two values.")
    return values[0], values[1]


def _pattern(like: str) -> str:
    """A text with * and ? as a regular expression (RE2) over the whole value."""
    signs = {"*": ".*", "?": "."}
    whole = "".join(signs.get(one) or rf"\x{{{ord(one):x}}}" for one in like)
    return f"(?s)^(?:{whole})$"

"""A text as its words, and which words of medicine and imaging say nothing about anybody."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import Final, NamedTuple

from vesalius.deid.language.letters import plain
from vesalius.deid.resources import load_rows, load_words

_WORD: Final = re.compile(r"[^\W_]+")
_CAMEL: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
UNITS: Final = (
    "mm|cm|m|um|nm|km|mm2|mm3|cm2|cm3|ms|msec|sec|secs|s|min|mins|hr|hrs|h|us|kvp?|kev|mev|mv|mas?|ua|hz|khz|mhz|t|tesla|"
    "ml|cc|l|dl|ul|mg|ug|g|kg|lb|lbs|deg|hu|gy|cgy|mgy|mbq|gbq|kbq|bq|mci|uci|ci|suv|ppm|db|w|fps|bpm|mmol|mol|"
    "pct|percent|x|d|p|f|slices?|images?|frames?|views?|phases?|dirs?|directions?|channels?|bit|nex|nsa|iu|units?"
)
_MEASURE: Final = re.compile(rf"\d{{1,5}}({UNITS})\d?")
_UNIT: Final = re.compile(UNITS)
# t2, c7, b30f, br36, 3d, 4i16s, v2, vb17a: letters and few digits that name a sequence, a kernel, a level, a version.
_CODE: Final = re.compile(
    r"[a-z]{1,2}\d{1,3}[a-z]{0,2}|\d{1,2}[a-z]\d{1,2}[a-z]?|\d{1,2}[a-z]{1,2}|\d{1,4}x\d{1,4}(x\d{1,4})?[a-z]?"
)
_NAMED_NUMBER: Final = re.compile(r"([a-z]{1,12}?)(\d{1,4})([a-z]{0,3})")
_COUNTED: Final = re.compile(r"\d{1,4}([a-z]{2,15})")
# tse2d1, pet1petct, 40s6i2mm, run2segmentation: words and numbers of few digits by turns.
_BY_TURNS: Final = re.compile(r"[a-z]+|\d+")
_MOST_DIGITS: Final = 3
# Letters that stand alone between numbers: subsets and iterations, axes, dimensions, times.
_SINGLE: Final = frozenset("bdhimpstvx")
_ROMAN: Final = re.compile(r"(?=[ivx])x{0,2}(ix|iv|v?i{0,3})[abc]?")
_PREFIX: Final = re.compile(
    r"(?:non|post|pre|peri|para|sub|supra|infra|intra|inter|retro|trans|hemi|bi|endo|epi|hyper|hypo|micro|macro|multi|"
    r"anti|pan|poly|pseudo|semi|ultra|extra|mid|antero|postero|infero|supero|re|un|uni|neuro|cardio|osteo|broncho|angio|"
    r"recto|vesico|utero|ileo|gastro|hepato|pancreatico|costo|sterno|cranio|cervico|thoraco|lumbo|sacro|ilio|pubo|femoro|"
    r"tibio|humero|radio|ulno|naso|oro|laryngo|pharyngo|tracheo|pleuro|aorto|arterio|veno|lympho|myo|chondro|fibro|adeno|"
    r"cysto|nephro|uretero|urethro|vagino|salpingo|spleno|porto|bilio|duodeno|jejuno|colo|procto|occipito|parieto|"
    r"temporo|fronto|spheno|petro|oculo|cerebello|ponto|spino|meningo|ventriculo|atrio|myelo|lipo|leio|rhabdo|dermato)"
    r"([a-z]{4,})"
)
# Endings that only terms of medicine have, on words long enough to be one; the last are WHO's stems of drug names.
_TERM: Final = re.compile(
    r"[a-z]{4,}(ectomy|ostomy|otomy|oscopy|oscopic|ography|ographic|ogram|ograms|opathy|plasty|algia|aemia|emia|sarcoma|"
    r"carcinoma|blastoma|cytoma|adenoma|omas?|itis|osis|oses|uria|oid|iasis|itides|ometry|ologic|ological|megaly|trophy|"
    r"trophic|plasia|plastic|genesis|lysis|otomies|ectomies|ostomies|oscopies|ectasis|ectasia|ectatic|centesis|desis|"
    r"pexy|rrhaphy|rrhagia|rrhea|rrhoea|penia|penic|philia|plegia|plegic|paresis|phasia|phagia|pnea|pnoea|cele|malacia|"
    r"dynia|lith|liths|lithiasis|schisis|ptosis|stasis|stases|algesia|plication|plications|cytosis|opathies|grams|"
    r"mab|nib|platin|statin|pril|sartan|olol|azole|cillin|mycin|olone|taxel|rubicin|ciclib|parib|limus|gliptin|dronate|"
    r"caine|setron|prazole|floxacin|trexed|tecan|relix|relin|tinib|degib|zolamide|oxaban|gatran|parin)"
)
# Forms of one verb: cavitation, cavitating.
_OF_A_VERB: Final = re.compile(r"([a-z]{4,}at)(?:e|ed|es|ing|ion|ions|ive|or|ors)")
_OTHER_FORMS: Final = ("e", "ed", "ing", "ion", "ive")
# Sizes of a matrix; other numbers of four digits may be anything.
_POWERS: Final = frozenset({"1024", "2048", "4096"})
_LONGEST_FORM: Final = 40
_SHORTEST_TERM: Final = 8
_ROOTS: Final = range(5, 11)  # letters of a beginning in roots.txt
_SHORTEST_HALF: Final = 4
_OF_MEDICINE: Final = ("words/clinical.txt", "words/diseases.txt", "words/standard.txt")
_LISTS: Final = (
    *_OF_MEDICINE, "words/abbreviations.txt", "words/drugs.txt", "words/english.txt", "words/languages.txt",
    "words/products.txt", "words/thesaurus.txt",
)  # fmt: skip
_TERMS_OF_NAMES: Final = ("words/companions.csv", "words/eponyms.csv", "words/named.csv", "words/terms.csv")


class Word(NamedTuple):
    """One run of letters and digits: where it stands, and its plain letters."""

    start: int
    end: int
    plain: str


class Reading:
    """A text and what every question about it needs: its plain letters, place by place, and its words in order."""

    __slots__ = ("_signs", "plain", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = plain(text)
        self.words = [Word(*found.span(), found[0]) for found in _WORD.finditer(self.plain)]
        self._signs: tuple[str, list[int]] | None = None

    @property
    def signs(self) -> tuple[str, list[int]]:
        """Letters and digits alone, run together, and where each stands."""
        if self._signs is None:
            places = [place for word in self.words for place in range(word.start, word.end)]
            self._signs = "".join([word.plain for word in self.words]), places
        return self._signs

    def written(self, index: int) -> str:
        """The word `index` as it stands in the text."""
        return self.text[self.words[index].start : self.words[index].end]

    def between(self, index: int) -> str:
        """What stands between the word `index` and the next."""
        return self.text[self.words[index].end : self.words[index + 1].start]


@cache
def medical() -> frozenset[str]:
    """Words of anatomy, technique and the small words between: a name that is one of them may be no name."""
    return load_words("words.txt")


@cache
def known() -> frozenset[str]:
    """Every listed word in plain letters."""
    return _listed() | companions().keys()


@cache
def _listed() -> frozenset[str]:
    words = medical().union(*map(load_words, _LISTS))
    odd = [word for word in words if not (word.isascii() and word.isalnum())]
    return words.union(plain(part) for word in odd for part in (word, *_WORD.findall(word)))


@cache
def companions() -> dict[str, frozenset[str]]:
    """Words that are names of people too -> the words beside which they are a term: `foley` -> `catheter`."""
    found: dict[str, frozenset[str]] = {}
    for row in _terms_of_names():
        beside = frozenset(word for one in row["beside"].split() for word in (one, f"{one}s"))
        found[row["word"]] = found.get(row["word"], frozenset()) | beside
    return found


@cache
def common_names() -> frozenset[str]:
    """Names of `companions` that many people bear: alone they are no term."""
    alone = {row["word"] for row in _terms_of_names() if row["alone"] == "yes"}
    return frozenset(row["word"] for row in _terms_of_names()) - alone - _listed()


@cache
def borne() -> frozenset[str]:
    """Names of people that are words too: beside an unknown word, or after a title, they are names."""
    return load_words("words/names.txt") | load_words("words/bearers.txt")


def _terms_of_names() -> Iterator[dict[str, str]]:
    return chain.from_iterable(map(load_rows, _TERMS_OF_NAMES))


@lru_cache(maxsize=65536)
def is_known(word: str) -> bool:
    """Whether a word in plain letters is listed, or has a form that only terms, numbers and codes have."""
    if word in known() or len(word) == 1:
        return True
    if len(word) > _LONGEST_FORM or not word.isascii():
        return False
    return _is_term(word) if word.isalpha() else _is_code(word)


def is_medical(word: str) -> bool:
    """Whether the word is one of anatomy or technique, or a number with its unit."""
    return word in medical() or _MEASURE.fullmatch(word) is not None


def is_unit(word: str) -> bool:
    """Whether the word is a unit, which makes a number before it a measure."""
    return _UNIT.fullmatch(word) is not None


def is_glued(text: str) -> bool:
    """Whether a word as written is known words run together: `AxT2Flair`, `headneck`."""
    if text.islower() or text.isupper():
        return _halves(text.lower())
    parts = _CAMEL.findall(text)
    return sum(map(len, parts)) == len(text) and all(is_known(part.lower()) for part in parts)


def _is_term(word: str) -> bool:
    if word.endswith("s") and (word[:-1] in known() or (word.endswith("es") and word[:-2] in known())):
        return True
    if _TERM.fullmatch(word) or _ROMAN.fullmatch(word) or _begins_as_term(word):
        return True
    if (verb := _OF_A_VERB.fullmatch(word)) and any(verb[1] + form in known() for form in _OTHER_FORMS):
        return True
    rest = _PREFIX.fullmatch(word)
    return rest is not None and rest[1] in _terms()


def _begins_as_term(word: str) -> bool:
    """Whether a long word begins as only terms of medicine do."""
    if len(word) < _SHORTEST_TERM:
        return False
    roots = load_words("words/roots.txt")
    return any(word[:length] in roots for length in _ROOTS)


@cache
def _terms() -> frozenset[str]:
    return medical().union(*map(load_words, _OF_MEDICINE))


def _is_code(word: str) -> bool:
    if word.isdigit():
        return len(word) <= 3 or (len(word) == 4 and (word.endswith(("00", "50")) or word in _POWERS))
    if _MEASURE.fullmatch(word) or _CODE.fullmatch(word):
        return True
    if (counted := _COUNTED.fullmatch(word)) and counted[1] in known():
        return True
    named = _NAMED_NUMBER.fullmatch(word)
    if named is not None and named[1] in known() and (len(named[3]) < 2 or named[3] in known()):
        return True
    parts = _BY_TURNS.findall(word)
    return any(part.isalpha() and len(part) > 1 for part in parts) and all(map(_is_part, parts))


def _is_part(part: str) -> bool:
    """Whether a part between others of a name of words and numbers is a short number, a known word or a lone letter."""
    if part.isdigit():
        return len(part) <= _MOST_DIGITS
    return part in _SINGLE if len(part) == 1 else part in known()


def _halves(word: str) -> bool:
    """Whether two or three words of anatomy or technique are written as one."""
    if not word.isascii() or not word.isalpha() or len(word) > _LONGEST_FORM:
        return False
    return any(
        word[:cut] in medical() and (word[cut:] in medical() or _halves(word[cut:]))
        for cut in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)
    )

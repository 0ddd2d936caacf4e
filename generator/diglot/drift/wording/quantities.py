"""Numbers in prose, as English and Chinese write them: digits with units, and numbers in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SECONDS = {
    0.001: ("ms", "millisecond", "milliseconds", "毫秒"),
    1: ("s", "sec", "secs", "second", "seconds", "秒", "秒钟"),
    60: ("min", "mins", "minute", "minutes", "分钟"),
    3600: ("h", "hr", "hrs", "hour", "hours", "小时", "个小时"),
    86400: ("day", "days", "天", "日"),
    604800: ("week", "weeks", "周", "星期"),
    2628000: ("month", "months", "个月"),
    31536000: ("year", "years", "年"),
}
_BYTES = {
    1: ("byte", "bytes", "字节"),
    1024: ("kb", "kib"),
    1024**2: ("mb", "mib"),
    1024**3: ("gb", "gib"),
    1024**4: ("tb", "tib"),
}
_UNITS = {
    **{name: ("time", factor) for factor, names in _SECONDS.items() for name in names},
    **{name: ("size", factor) for factor, names in _BYTES.items() for name in names},
    **dict.fromkeys(("%", "percent"), ("share", 1)),
}
_SCALES = dict(
    zip(
        ("k", "thousand", "million", "billion", "千", "万", "百万", "千万", "亿", "十亿"),
        (1e3, 1e3, 1e6, 1e9, 1e3, 1e4, 1e6, 1e7, 1e8, 1e9),
        strict=True,
    )
)
_FOLLOWS = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?:(?<![A-Za-z0-9_.-])|(?<=[0-9]-))(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*)"
    rf"(?:[ ]?(?P<scale>{_SCALE})(?![A-Za-z]))?(?:[ -]?(?P<unit>{_FOLLOWS})(?![A-Za-z]))?"
    r"(?!\d|[A-Za-z_]|-[A-Za-z]|[ ]?[进進])",  # `4xx`, `32-character` and `16 进制` count nothing
    re.ASCII | re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^[ \t]*\d{1,3}(?:[.)](?=[ \t])|、)", re.MULTILINE)
_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3})")
_SCALED = re.compile(r"(\d{1,15}(?:\.\d{1,15})?) ?([km])(?![a-z])")
_DIGITS = re.compile(r"\d{1,15}(?:\.\d{1,15})?")
_WORDS: dict[str, float] = {
    **dict.fromkeys(("zero", "no", "none", "empty", "without", "not", "never"), 0),
    **dict.fromkeys(("one", "a", "an", "single", "first", "once", "each", "every", "only", "another", "per"), 1),
    **dict.fromkeys(("two", "second", "twice", "double", "doubled", "doubling", "both", "pair", "either"), 2),
    **dict.fromkeys(("three", "third"), 3),
    **dict.fromkeys(("four", "fourth"), 4),
    **dict(zip(("five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), range(5, 13), strict=True)),
    **dict(zip(("twenty", "thirty", "forty", "fifty", "sixty", "seventy"), range(20, 80, 10), strict=True)),
    **dict(zip(("eighty", "ninety"), (80, 90), strict=True)),
    **dict(zip(("half", "dozen", "fifteen", "hundred"), (0.5, 12, 15, 100), strict=True)),
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATIN = re.compile(r"[a-z]+")
_HAN_VALUES = {**dict.fromkeys("零空无不没未", 0), **dict.fromkeys("首每单唯仅某", 1), "双": 2, "半": 0.5}
_HAN_DIGITS = {"零": 0, **{digit: value for value, digit in enumerate("一二三四五六七八九", 1)}, "两": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_HAN = re.compile("[一二三四五六七八九两零十百千万亿]{1,12}")
_COMPOUND = re.compile(r"([a-z]{3,4}ty)[- ]([a-z]{3,5})(?![a-z])")
_MEASURES = (
    re.compile(rf"(?P<number>{_HAN.pattern}|[每半])(?:个(?P<half>半)?)?(?P<unit>{_FOLLOWS})"),
    re.compile(rf"(?<![a-z])(?P<number>{'|'.join(_WORDS)})(?: an?)?[ -](?P<half>)(?P<unit>{_FOLLOWS})(?![a-z])"),
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it stands in a text, its value, and what it counts: `time` (seconds), `size` (bytes), `share`.

    `amount` is the value in the base unit, to nine digits; without a unit it is the value.
    """

    text: str
    value: float
    dimension: str
    amount: float


class Quantities:
    """All numbers of one text, to be asked whether it says a number of another text too."""

    def __init__(self, found: Iterable[Quantity]) -> None:
        self.all = tuple(found)
        self.values = frozenset(each.value for each in self.all)
        self._plain = frozenset(each.value for each in self.all if not each.dimension)
        self._measured = frozenset((each.dimension, each.amount) for each in self.all if each.dimension)

    def hold(self, other: Quantity) -> bool:
        """Whether one of these says the same; a number without a unit may stand for one with any."""
        if other.dimension:
            return (other.dimension, other.amount) in self._measured or other.value in self._plain
        return other.value in self.values


def quantities(prose: str) -> Iterator[Quantity]:
    """The numbers written in digits; those that mark the items of a list or belong to a name or a version are none."""
    if not _DIGITS.search(prose):
        return
    for match in _NUMBER.finditer(_LIST_MARK.sub("", prose)):
        digits = match["digits"].replace(",", "")
        if digits.count(".") > 1 or len(digits) > 30:
            continue
        value = float(digits) * _SCALES.get((match["scale"] or "").lower(), 1)
        dimension, factor = _UNITS.get((match["unit"] or "").lower(), ("", 1))
        yield Quantity(match[0].strip(), _rounded(value), dimension, _rounded(value * factor))


def _rounded(value: float) -> float:
    return float(f"{value:.9g}")


def spoken(text: str) -> frozenset[float]:
    """The numbers that a text, in lower case, may mean: in words, or in digits anywhere, inside of code too."""
    found = {_rounded(float(digits)) for digits in _DIGITS.findall(_SEPARATOR.sub("", text))}
    found.update(_rounded(float(digits) * {"k": 1e3, "m": 1e6}[scale]) for digits, scale in _SCALED.findall(text))
    for word in _LATIN.findall(text):
        if word in _WORDS or word in _SCALES:
            found.add(_WORDS.get(word, _SCALES.get(word, 0)))
        elif word[:3] in _MONTHS:
            found.add(_MONTHS.index(word[:3]) + 1)
    for tens, digit in _COMPOUND.findall(text):
        if tens in _WORDS and 0 < _WORDS.get(digit, 0) < 10:
            found.add(_WORDS[tens] + _WORDS[digit])
    if not text.isascii():
        found.update(value for character, value in _HAN_VALUES.items() if character in text)
        found.update(map(_han, _HAN.findall(text)))
    return frozenset(found)


def measured(text: str) -> frozenset[tuple[str, float]]:
    """What a text, in lower case, says in words with a unit (`一个半小时`, `half a minute`): dimension and amount."""
    found = set()
    for measure in _MEASURES:
        for match in measure.finditer(text):
            number = match["number"]
            known = _WORDS if number in _WORDS else _HAN_VALUES
            value = known[number] if number in known else _han(number)
            dimension, factor = _UNITS[match["unit"]]
            found.add((dimension, _rounded((value + (0.5 if match["half"] else 0)) * factor)))
    return frozenset(found)


def _han(numeral: str) -> float:
    """The value of a Chinese numeral such as 一千二百 or 二十."""
    total = section = digit = 0
    for character in numeral:
        scale = _HAN_SCALES.get(character)
        if scale is None:
            digit = digit * 10 + _HAN_DIGITS[character]
        elif scale < 10_000:
            section, digit = section + (digit or 1) * scale, 0
        else:
            total, section, digit = (total + section + digit or 1) * scale, 0, 0
    return total + section + digit

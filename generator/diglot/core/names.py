"""From the text of a page to Python: names, literals, docstrings and comments.

Nothing that a page says reaches generated code except through this module. A name is spelled with ASCII letters, digits
and underscores only; everything else is encoded so that it cannot end the token in which it stands.
"""

from __future__ import annotations

import hashlib
import keyword
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

MAX_NAME = 80
"""Longest name that is made, in characters; a longer one is cut and closed with a digest of the whole."""

_BREAK = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*|[0-9]+")
_NEWLINE = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_PRINTED = frozenset(" \u3000")  # the two spaces of prose; every other one looks like something that it is not
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})


class Code(str):
    """Text that may stand in Python source: made by this module, or by hand from pieces that were."""

    __slots__ = ()


def words(text: str) -> list[str]:
    """The words of a name: `listDocuments`, `list-documents` and `list documents` are all `list`, `documents`.

    An accent is dropped, any other letter outside ASCII is spelled by its code point (`名` is `u540d`), so that a name
    is the same whichever language a page is written in, and two different names stay different.
    """
    found: list[str] = []
    spelled = text if text.isascii() else "".join(map(_ascii, text))
    for run in re.split(r"[^A-Za-z0-9]+", spelled):
        found += _BREAK.findall(run)
    return found


def snake(text: str, fallback: str = "value") -> Code:
    """The name of a variable, function or module: `listDocuments` is `list_documents`."""
    return _identifier("_".join(word.lower() for word in words(text)), fallback)


def pascal(text: str, fallback: str = "Value") -> Code:
    """The name of a class: `batch-update` is `BatchUpdate`, `HTTPError` stays `HTTPError`."""
    return _identifier("".join(word[0].upper() + word[1:] for word in words(text)), fallback)


def constant(text: str, fallback: str = "VALUE") -> Code:
    """The name of a constant: `listDocuments` is `LIST_DOCUMENTS`."""
    return _identifier("_".join(word.upper() for word in words(text)), fallback)


class Names:
    """The names of one scope. Whoever comes second gets a number, in the order of asking."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._reserved = frozenset(reserved)
        self._taken: set[str] = set()

    def is_free(self, wanted: str) -> bool:
        """Whether `take` would give `wanted` itself."""
        return not (wanted in self._taken or wanted in self._reserved or keyword.iskeyword(wanted))

    def take(self, wanted: str) -> Code:
        """`wanted`, or where it is reserved `wanted_`, or where it is taken `wanted2`, `wanted3`, ..."""
        base = f"{wanted}_" if wanted in self._reserved or keyword.iskeyword(wanted) else wanted
        name, number = base, 1
        while name in self._taken or name in self._reserved:
            number += 1
            name = f"{wanted.rstrip('_')}{'_' if wanted[-1].isdigit() else ''}{number}"
        self._taken.add(name)
        return checked(name)


def checked(name: str) -> Code:
    """`name`, which must be an identifier of ASCII letters already, as code.

    Raises:
        ValueError: it is not.
    """
    if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is not a name in Python")
    return Code(name)


def literal(value: Any) -> Code:
    """The Python expression whose value is `value`, a value of JSON; always on one line.

    Raises:
        TypeError: not a value of JSON.
    """
    if isinstance(value, str):
        return Code('"' + _spelled(value).replace('"', '\\"') + '"')
    if value is None or isinstance(value, bool | int):
        return Code(repr(value))
    if isinstance(value, float):
        return Code(repr(value) if value - value == 0 else f'float("{value!r}")')
    if isinstance(value, list | tuple):
        return Code("[" + ", ".join(literal(item) for item in value) + "]")
    if isinstance(value, dict):
        return Code("{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}")
    raise TypeError(f"{type(value).__name__} is not a value of JSON")


def docstring(text: str, indent: int = 0) -> Code:
    """`text` as a docstring, quotes included; lines after the first are indented by `indent` spaces."""
    lines = [_spelled(line).rstrip() for line in one_newline(text).strip().split("\n")]
    body = re.sub('"{2,}|"$', lambda quotes: '\\"' * len(quotes[0]), "\n".join(lines))
    if "\n" not in body:
        return Code(f'"""{body}"""')
    margin = " " * indent
    lines = [margin + line if line else "" for line in body.split("\n")[1:]]
    return Code('"""' + "\n".join([body.partition("\n")[0], *lines, f'{margin}"""']))


def comment(text: str) -> Code:
    """`text` as a comment of one line, number sign included."""
    return Code("# " + _spelled(" ".join(one_newline(text).split())))


def one_newline(text: str) -> str:
    """`text` with every character that some reader takes for the end of a line turned into a line feed."""
    return _NEWLINE.sub("\n", text)


def visible(text: str) -> str:
    """`text` with every character that is not seen as what it is (controls, bidi marks, surrogates) spelled out."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(character if character in "\n\\" else _escaped(character) for character in text)


def _ascii(character: str) -> str:
    if character.isascii():
        return character
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    if plain.isalnum():
        return plain
    return f"_u{ord(character):04x}_" if character.isalnum() else "_"


def _identifier(name: str, fallback: str) -> Code:
    name = name or fallback
    if name[0].isdigit():
        name = fallback + "_" * fallback.islower() + name
    if len(name) > MAX_NAME:
        name = name[: MAX_NAME - 9].rstrip("_") + "_" * name.islower() + hashlib.sha256(name.encode()).hexdigest()[:8]
    return checked(f"{name}_" if keyword.iskeyword(name) else name)


def _spelled(text: str) -> str:
    if text.isprintable():  # nothing hidden in it, as in nearly every text
        return text.replace("\\", "\\\\")
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character in _PRINTED or unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code < 0x100:
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

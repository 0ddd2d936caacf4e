"""What no translation changes in a text: code, links, placeholders and numbers, however a language writes them.

Nothing is a difference that a reader of both languages would not call one: emphasis, quotes for code, the order and
how often something is said, `1,000`, `１０００` and `一千`, `60 seconds` and `1 分钟`, `/en/` and `/zh/` in a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from urllib.parse import unquote

from diglot.drift.wording.quantities import Quantities, measured, quantities, spoken

_MAX_TEXT = 50_000
_FULL = re.compile("[\uff05\uff0d\uff0e\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a\uff5b\uff5d]")
_HALF = {**{full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}, 0x3000: 0x20}
# One pass: what stands in code, in a link or in markup is taken out, so that numbers are looked for in the prose alone.
_SPAN = re.compile(
    r"```(?:(?!```).)*(?:```|\Z)|!\[[^\]\n]{0,300}\]\([^()\n]{0,600}\)"  # a picture may show another language
    r"|`{1,2}(?P<code>[^`\n]{1,300})`{1,2}|<code>(?P<tagged>[^<>\n]{1,300})</code>"
    r"|\]\((?P<link>(?:[^()\s]|\([^()\s]{0,200}\)){1,500})[^()]{0,100}\)"
    r"|\]\[[^\]\n]{0,100}\](?!\()"
    r"|(?:^|(?<=\n)) {0,3}\[[^\]\n]{1,100}\]:[ \t\u00a0]{0,9}<?(?P<defined>[^\s<>]{1,500})>?"
    r"|(?P<url>https?://[^\s<>()\[\]\"'`，。；：、（）「」《》]{1,500})"
    r"|(?P<brace>\{[A-Za-z_][\w.-]{0,80}\})"
    r"|</?(?!https?:)[A-Za-z][^<>]{0,200}>"
    r"|(?P<name>(?<![\w/.-])(?:[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[a-z]+[A-Z][A-Za-z0-9]*)(?![\w/]))",
    re.DOTALL | re.ASCII,
)
_SAMPLE = re.compile(r"<[^<>]*>|\"([^\"]*)\"")  # within code, what stands for a text of the reader's
_LABEL = re.compile(r"[A-Z][a-z]|.*\S \S", re.DOTALL)  # what a screen or a sample shows: both are translated
_WORD = re.compile(r"[A-Za-z0-9_]+")
_OTHER_SCRIPT = re.compile(r"[^\x00-\u02ff\u2000-\u2bff\u3000-\u303f\uff00-\uffef]")
_LANGUAGE = re.compile(r"/(?:[a-z]{2}|zh-?hans|zh-?hant|[a-z]{2}[-_][A-Za-z]{2})(?=/|$)")
_HOST = re.compile(r"https?://(?:(?:www|[a-z]{2}(?:-[a-z]{2})?)\.(?=[^/]*\.))?", re.IGNORECASE)


class Tokens:
    """What one text holds: its code, its links, its numbers; the rest of it is looked at when it is asked for."""

    def __init__(self, text: str) -> None:
        text = text[:_MAX_TEXT].replace("\\_", "_")
        self._text = text.translate(_HALF) if _FULL.search(text) else text
        code: dict[str, None] = {}
        links: dict[str, None] = {}

        def take(match: re.Match[str]) -> str:
            if found := match["code"] or match["tagged"] or match["brace"] or match["name"]:
                code[found.strip()] = None
            elif found := match["link"] or match["defined"] or match["url"]:
                links[found] = None
            return " ` "

        self.numbers = Quantities(quantities(_SPAN.sub(take, self._text)))
        self.code = [token for token in code if token and not _is_foreign(token)]
        self.links = [link for link in links if not _is_local(link)]
        self._labels = len(code) - len(self.code)
        self._local = len(links) - len(self.links)

    @cached_property
    def _plain(self) -> str:
        return self._text.casefold()

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self._plain))

    @cached_property
    def _said(self) -> frozenset[float]:
        return spoken(self._plain) - self.numbers.values

    @cached_property
    def _measured(self) -> frozenset[tuple[str, float]]:
        return measured(self._plain)

    def lacking(self, other: Tokens, with_links: bool) -> tuple[list[str], list[str]]:
        """Numbers of this text that the other has in no form, and its code and links that the other has not."""
        alone = [each for each in self.numbers.all if not other.numbers.hold(each)]
        alone = [each for each in alone if each.value not in other._said]
        numbers = [each.text for each in alone if (each.dimension, each.amount) not in other._measured]
        code = _without([token for token in self.code if not other._names(token)], other._labels, _LABEL)
        if with_links:
            code += _lone(self.links, other.links)[other._local :]
        return list(dict.fromkeys(numbers)), code

    def _names(self, token: str) -> bool:
        if token in self.code:
            return True
        fixed = _SAMPLE.sub(lambda match: match[0] if _WORD.fullmatch(match[1] or "") else "", token.casefold())
        words = _WORD.findall(fixed)
        if not words:
            return fixed != token.casefold() or token in self._plain
        return self._words.issuperset(words) or (len(words) == 1 and self._paraphrases(words[0]))

    def _paraphrases(self, name: str) -> bool:
        """Whether prose calls something by its name: `agent_thought` the agent thought, `code` all the codes."""
        parts = [part for part in name.split("_") if part]
        if len(parts) > 1 and self._words.issuperset(parts):
            return True
        return any(name + ending in self._words for ending in ("s", "es", "d", "ed", "ing")) or (
            name.removesuffix("s") in self._words
        )


def _without(tokens: list[str], count: int, kind: re.Pattern[str]) -> list[str]:
    """The tokens without as many of one kind."""
    dropped = set([token for token in tokens if kind.match(token)][:count])
    return [token for token in tokens if token not in dropped]


def _is_foreign(token: str) -> bool:
    return not token.isascii() and bool(_OTHER_SCRIPT.search(token))


def _is_local(link: str) -> bool:
    """Whether a link leads to a heading of the same text or has words of its language: it is another in each."""
    return link[0] == "#" or _is_foreign(unquote(link))


def _lone(links: Iterable[str], others: Iterable[str]) -> list[str]:
    """The links that lead to none of the other ones' pages; `/page` may be `https://site.example/page`."""
    known = set(map(address, others))
    elsewhere = {_path(each) for each in known if each[:2] == "//"}
    return [
        link
        for link in links
        if (at := address(link)) not in known and _path(at) not in (known if at[:2] == "//" else elsewhere)
    ]


def _path(address: str) -> str:
    """The path of an address, with or without its site; a site alone has none."""
    return address[address.find("/", 2) :] if address[:2] == "//" and "/" in address[2:] else address


def address(link: str) -> str:
    """A link without what may differ between languages: language, anchor, a localized slug."""
    link = link.partition("#")[0].partition("?")[0].rstrip("/.,")
    return _LANGUAGE.sub("", _HOST.sub("//", link)).casefold()

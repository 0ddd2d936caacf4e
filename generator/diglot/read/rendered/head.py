"""What stands outside the sections of a rendered page: title, operation, description, code panels and status tabs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from diglot.core.tree import Mark
from diglot.read.block import Text
from diglot.read.rendered.curl import Curl, read_curl
from diglot.read.rendered.fields import prose_of
from diglot.read.rendered.lines import Code, Item, Line
from diglot.read.rendered.path import LONGEST, Endpoint, endpoints_of
from diglot.read.rendered.sample import Sample, read_sample
from diglot.read.rendered.words import MEDIA_TYPE, REQUEST_URL_INVALID, STATUS, STATUS_AND_MEDIA, is_chrome, is_trailer

_SENTENCE_END = (".", "。", ":", "：", "!", "！", "?", "？", ";", "；", ",", "，")
_LABEL = re.compile(r"[\w-]{1,40}\Z")
_HOST = re.compile(r"(https?://[^/\s?#]+)([^\s?#]*)")


@dataclass(slots=True)
class Head:
    """What was found outside the sections.

    `group` is the word that some sites set above a title, `caption` the line above the cURL command, a title's copy.
    """

    endpoint: Endpoint
    further: list[Endpoint] = field(default_factory=list)
    title: Text | None = None
    caption: Text | None = None
    group: Text | None = None
    description: Text | None = None
    curl: Curl | None = None
    sample: Sample | None = None
    statuses: list[Text] = field(default_factory=list)
    request_url_invalid: Text | None = None


def read_head(items: list[Item]) -> Head | None:
    """The head of a page, or None when no operation is shown there."""
    curl, rest = _take_curl(items)
    endpoints = endpoints_of(rest)
    first = _complete(endpoints[0], rest, curl) if endpoints else _of_curl(curl)
    if first is None:
        return None
    key = (first.method.value, first.path.value)
    caption = _caption(items)
    head = Head(first, [other for other in endpoints[1:] if (other.method.value, other.path.value) != key], curl=curl)
    head.caption = Text(caption.text, caption.mark) if caption else None
    taken = {index for endpoint in (*endpoints[1:], first) for index in range(endpoint.first, endpoint.end)}
    prose: list[Line] = []
    for index, item in enumerate(rest):
        if index in taken:
            continue
        if isinstance(item, Code):
            head.sample = head.sample or read_sample(item)
        else:
            _line(head, item, prose)
    if caption and not (prose[:1] == [caption] and caption.mark < first.method.mark):
        prose = [line for line in prose if line is not caption]
    _words(head, prose, first)
    return head


def _line(head: Head, line: Line, prose: list[Line]) -> None:
    if REQUEST_URL_INVALID.match(line.text):
        head.request_url_invalid = head.request_url_invalid or Text(line.text, line.mark)
    elif match := STATUS.match(line.text) or STATUS_AND_MEDIA.match(line.text):
        status = match[1] if match.re is STATUS_AND_MEDIA else match[0]
        if status not in [known.value for known in head.statuses[:50]]:
            head.statuses.append(Text(status, line.mark))
    elif not is_trailer(line.text) and not MEDIA_TYPE.match(line.text):
        prose.append(line)


def _words(head: Head, prose: list[Line], endpoint: Endpoint) -> None:
    """Tell title, group and description apart among the lines of prose."""
    title = next((line for line in prose if line.level == 1 and not line.text.startswith("Source:")), None)
    if title is not None:
        before = [line for line in prose[: prose.index(title)] if not line.level]
        if before and len(before[-1].text) <= 60:
            head.group = Text(before[-1].text, before[-1].mark)
        prose = prose[prose.index(title) + 1 :]
    elif prose and _is_title(prose[0], endpoint):
        title, prose = prose[0], prose[1:]
    if title is not None:
        head.title = Text(title.text, title.mark)
    if title is not None and prose and not title.level and _LABEL.match(prose[0].text):
        head.group, prose = Text(prose[0].text, prose[0].mark), prose[1:]
    kept: list[Line] = []
    seen = {title.text} if title else set()
    for line in prose:
        if line.text not in seen:
            kept.append(line)
        # Copies repeat the panel's caption and whole paragraphs; short lines may well stand twice in a text.
        if len(line.text) > 40:
            seen.add(line.text)
    head.description = prose_of(list(kept))


def _caption(items: list[Item]) -> Line | None:
    """The line right above the word `cURL`, with which some sites head the panel: the title once more."""
    for above, item in pairwise(items):
        if isinstance(item, Line) and item.text == "cURL" and isinstance(above, Line) and not is_trailer(above.text):
            return None if above.level or above.text.startswith("/") or len(above.text) > 120 else above
    return None


def _is_title(line: Line, endpoint: Endpoint) -> bool:
    """Whether the first words of a page that has no H1 are its title: short, no sentence, above the operation."""
    above = line.mark.line < endpoint.method.mark.line
    return above and len(line.text) <= 120 and not line.text.endswith(_SENTENCE_END) and not is_chrome(line.text)


def _take_curl(items: list[Item]) -> tuple[Curl | None, list[Item]]:
    """The first cURL command, in a fence or as bare lines, and the items that are no command."""
    first: Curl | None = None
    rest: list[Item] = []
    at = 0
    while at < len(items):
        item = items[at]
        at += 1
        if isinstance(item, Code) and item.text.lstrip().startswith("curl "):
            lead = len(item.text) - len(item.text.lstrip())
            line = item.mark.line + item.text.count("\n", 0, lead)
            first = first or read_curl(item.text[item.text.rfind("\n", 0, lead) + 1 :], line)
        elif isinstance(item, Line) and item.text.startswith("curl -"):
            text, at = _bare_command(items, at, item)
            first = first or read_curl(text, item.mark.line)
        else:
            rest.append(item)
    return first, rest


def _bare_command(items: list[Item], at: int, line: Line) -> tuple[str, int]:
    """The text of a command set as bare lines, with its line breaks in place, and the item after it."""
    rows, number = [line.raw], line.mark.line
    quotes = line.raw.count("'")
    while at < len(items):
        item = items[at]
        raw = item.raw if isinstance(item, Line) else item.text
        continued = rows[-1].rstrip().endswith("\\")
        quoted = quotes % 2 == 1 and (isinstance(item, Code) or item.text.startswith("'"))
        if not continued and not quoted:
            break
        rows += [""] * min(item.mark.line - number - 1, 3) + [raw]
        number = item.mark.line + raw.count("\n")
        quotes += raw.count("'")
        at += 1
    return "\n".join(rows), at


def _of_curl(curl: Curl | None) -> Endpoint | None:
    """The operation that a command shows by itself; how its URL parts into server and path cannot be seen."""
    match = _HOST.match(curl.url.value) if curl and curl.url else None
    if curl is None or curl.url is None or match is None or len(curl.url.value) > LONGEST:
        return None
    method = curl.method or Text("post" if curl.data else "get", curl.url.mark)
    mark = Mark(curl.url.mark.line, curl.url.mark.column + len(match[1]))
    return Endpoint(method, Text(match[2] or "/", mark), 0, 0, False, Text(match[1], curl.url.mark))


def _complete(endpoint: Endpoint, items: list[Item], curl: Curl | None) -> Endpoint:
    """A path that was broken after a slash (`POST /cards/`, then `reveal`), put together where the command says so."""
    following = items[endpoint.end] if endpoint.end < len(items) else None
    if not endpoint.path.value.endswith("/") or not isinstance(following, Line) or curl is None or curl.url is None:
        return endpoint
    whole = endpoint.path.value + following.text
    match = _HOST.match(curl.url.value)
    if match is None or not match[2].endswith(whole):
        return endpoint
    return replace(endpoint, path=Text(whole, endpoint.path.mark), end=endpoint.end + 1)

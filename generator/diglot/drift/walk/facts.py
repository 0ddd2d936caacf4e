"""What a comparison gives: differences, each a fact with what every page says of it. Facts only, no opinions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.core.finding import Location
from diglot.core.ir import Fragment
from diglot.drift.walk.side import Place
from diglot.drift.walk.terms import text

_MAX_PATH = 200
_BODIES = ("request", "response")
Direction = Literal["request", "response", "structure"]


@dataclass(frozen=True, slots=True)
class Spot:
    """What a fact is about, in terms that no language or page changes.

    `part` is `operation`, `query`, `path`, `header`, `cookie`, `request` or `response`; `status` and `media` narrow the
    last two; `path` leads from there to the value (`limit`, `$.data[*].id`). What no operation holds is `document`.
    `required` says that the field there is.
    """

    operation: str
    part: str = "operation"
    status: str = ""
    media: str = ""
    path: str = ""
    depth: int = 0
    webhook: bool = False
    required: bool = False

    @property
    def direction(self) -> Direction:
        """Who sends what the fact is about: callers a request, the server a response; a webhook turns that round."""
        if self.part in ("operation", "document"):
            return "structure"
        return "response" if (self.part == "response") != (self.webhook and self.part in _BODIES) else "request"

    def below(self, step: str, required: bool = False) -> Spot:
        """The spot of something inside this one: `.name`, `[*]`; a very long path keeps only its end."""
        path = self.path + step
        path = path if len(path) <= _MAX_PATH else f"{path[0]}…{path[-_MAX_PATH // 2 :]}"
        depth = self.depth + 1
        return Spot(self.operation, self.part, self.status, self.media, path, depth, self.webhook, required)


@dataclass(frozen=True, slots=True)
class Saying:
    """What one page says about one fact, and where; a page that says nothing of it is not `present`.

    `meaning` stands for the value where equal things can be written in several ways; `parts` says where each of several
    things stands that the value is made of.
    """

    fragment: Fragment
    location: Location
    value: Any = None
    present: bool = True
    strength: str = "declared"
    meaning: str = ""
    parts: Mapping[str, Location] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Equal for sayings that agree."""
        return (self.meaning or text(self.value)) if self.present else ""

    @property
    def page(self) -> str:
        """The page with its line, as one writes it to be clicked."""
        return f"{self.location.path}:{self.location.line}" if self.location.line else self.location.path

    @classmethod
    def of(cls, place: Place, value: Any, at: Place | None = None) -> Saying:
        """A page says `value` of `place`; `at` is the entry that says so, if there is one."""
        line, column = (at or place).mark or (0, 0)
        location = Location(place.side.fragment.page.path, line, column, place.pointer)
        return cls(place.side.fragment, location, value, strength=(at or place).strength)

    @classmethod
    def lacking(cls, place: Place) -> Saying:
        """A page whose `place` would be where it says so, and does not."""
        return cls(place.side.fragment, place.location, present=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """Pages that differ about one fact: its kind, what it is about, and all that is said of it.

    `presence` facts have no value: a page has the thing or lacks it. `subject` is part of a finding's identity, `notes`
    is what else a judge may want to know.
    """

    what: str
    spot: Spot
    sayings: tuple[Saying, ...]
    subject: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def presence(self) -> bool:
        """Whether the fact is that something is there at all."""
        present = [saying for saying in self.sayings if saying.present]
        return len(present) < len(self.sayings) and all(saying.value is True for saying in present)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One spot at which two pages or more have something: for each page the objects that hold it.

    `role` is `schema`, `media`, `parameter` or `response`, or the name of a text that the objects hold.
    """

    role: str
    spot: Spot
    nodes: tuple[tuple[Place, ...], ...]


class Record:
    """The differences of one comparison, where its pages met, and what has been walked.

    Two `versions` of one thing differ in all that is written, its prose too; pages in several languages do not.
    """

    def __init__(self, versions: bool = False) -> None:
        self.versions = versions
        self.differences: list[Difference] = []
        self.meetings: list[Meeting] = []
        self._walked: set[tuple[Any, ...]] = set()
        self._inherited: set[tuple[Any, ...]] = set()

    def fact(
        self,
        what: str,
        spot: Spot,
        sayings: Sequence[Saying],
        /,
        notes: Mapping[str, Any] | None = None,
        **subject: Any,
    ) -> None:
        """Note what is said of one fact; it is a difference where two pages or more do not say the same."""
        if len({saying.identity for saying in sayings}) > 1:
            self.differences.append(Difference(what, spot, tuple(sayings), subject, notes or {}))

    def meet(self, role: str, spot: Spot, nodes: Iterable[Sequence[Place]]) -> None:
        """Note that pages have something at one spot, for those who look beyond structure."""
        found = tuple(tuple(node) for node in nodes if node)
        if len(found) > 1 and not self.versions:
            self.meetings.append(Meeting(role, spot, found))

    def enter(self, what: str, parts: Sequence[Sequence[Place]]) -> bool:
        """Whether these places, page by page, have not been walked together yet for this; from now on they have."""
        key = (what, *(tuple((id(place.side), place.pointer) for place in places) for places in parts))
        fresh = key not in self._walked
        self._walked.add(key)
        return fresh

    def inherited(self, what: str, places: Sequence[Place | None]) -> bool:
        """Whether these very values, page by page, have been compared before: many operations inherit them as one."""
        key = (what, *(id(place and place.value) for place in places))
        known = key in self._inherited
        if None not in places:  # what one page lacks is told of each operation
            self._inherited.add(key)
        return known

    def walked(self, section: str) -> set[str]:
        """The pointers of the components of a section (`/components/schemas`) that have been walked, or in part."""
        pointers = (pointer for _, *parts in self._walked for part in parts for _, pointer in part)
        depth = section.count("/") + 2
        return {"/".join(pointer.split("/", depth)[:depth]) for pointer in pointers if pointer.startswith(section)}

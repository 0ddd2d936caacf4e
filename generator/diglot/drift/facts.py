"""What a comparison gives: differences, each a fact with what every page says of it. Facts only, no opinions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from diglot.core.finding import Location
from diglot.core.ir import Fragment
from diglot.drift.schema import text
from diglot.drift.side import Place

_MAX_PATH = 200
Direction = Literal["request", "response", "structure"]


@dataclass(frozen=True, slots=True)
class Spot:
    """What a fact is about, in terms that no language or page changes.

    `part` is `operation`, `query`, `path`, `header`, `cookie`, `request` or `response`; `status` and `media` narrow the
    last two; `path` leads from there to the value (`limit`, `$.data[*].id`). What no operation holds is `document`.
    """

    operation: str
    part: str = "operation"
    status: str = ""
    media: str = ""
    path: str = ""
    depth: int = 0

    @property
    def direction(self) -> Direction:
        """Who sends what the fact is about."""
        if self.part in ("operation", "document"):
            return "structure"
        return "response" if self.part == "response" else "request"

    def below(self, step: str) -> Spot:
        """The spot of something inside this one: `.name`, `[*]`; a very long path keeps only its end."""
        path = self.path + step
        path = path if len(path) <= _MAX_PATH else f"{path[0]}…{path[-_MAX_PATH // 2 :]}"
        return replace(self, path=path, depth=self.depth + 1)


@dataclass(frozen=True, slots=True)
class Saying:
    """What one page says about one fact, and where; a page that says nothing of it is not `present`.

    `meaning` stands for the value where equal things can be written in several ways.
    """

    fragment: Fragment
    location: Location
    value: Any = None
    present: bool = True
    strength: str = "declared"
    meaning: str = ""

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
        location = Location(place.location.path, line, column, place.pointer)
        return cls(place.side.fragment, location, value, strength=(at or place).strength)

    @classmethod
    def lacking(cls, place: Place) -> Saying:
        """A page whose `place` would be where it says so, and does not."""
        return cls(place.side.fragment, place.location, present=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """Pages that differ about one fact: its kind, what it is about, and all that is said of it.

    `presence` facts have no value: a page has the thing or lacks it.
    """

    what: str
    spot: Spot
    sayings: tuple[Saying, ...]
    subject: Mapping[str, Any] = field(default_factory=dict)

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
    """The differences of one comparison, where its pages met, and what has been walked."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self.meetings: list[Meeting] = []
        self._walked: set[tuple[Any, ...]] = set()

    def fact(self, what: str, spot: Spot, sayings: Sequence[Saying], **subject: Any) -> None:
        """Note what is said of one fact; it is a difference where two pages or more do not say the same."""
        if len({saying.identity for saying in sayings}) > 1:
            self.differences.append(Difference(what, spot, tuple(sayings), subject))

    def meet(self, role: str, spot: Spot, nodes: Iterable[Sequence[Place]]) -> None:
        """Note that pages have something at one spot, for those who look beyond structure."""
        found = tuple(tuple(node) for node in nodes if node)
        if len(found) > 1:
            self.meetings.append(Meeting(role, spot, found))

    def enter(self, *places: Any) -> bool:
        """Whether these places have not been walked together yet; from now on they have."""
        key = tuple(places)
        fresh = key not in self._walked
        self._walked.add(key)
        return fresh

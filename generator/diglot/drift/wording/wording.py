"""How languages put the same things: their names, texts, examples and tags, each by a module of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diglot.core.finding import Finding
from diglot.drift.languages import missing_texts
from diglot.drift.walk.facts import Difference, Record
from diglot.drift.walk.operation import Party
from diglot.drift.wording.examples import Examples
from diglot.drift.wording.identifiers import Names
from diglot.drift.wording.meetings import documents, met
from diglot.drift.wording.preface import meet_components, meet_documents
from diglot.drift.wording.tags import Tags
from diglot.drift.wording.texts import Texts


class Wording:
    """All that the pages of one comparison say in words, once their structure has been walked in step."""

    def __init__(self, record: Record, groups: Sequence[Sequence[Party]], languages: Sequence[str]) -> None:
        roots = documents(groups, languages)
        self._tags = Tags(groups, languages)
        self._missing = [*meet_documents(record, roots, self._tags), *meet_components(record, roots)]
        self._met = met(record.meetings, languages)
        self._names = Names(self._met, roots)

    def explains(self, difference: Difference) -> bool:
        """Whether a difference of structure is nothing but a translated name, which has a finding of its own."""
        return self._names.explain(difference)

    def findings(self) -> Iterator[Finding]:
        """What the languages do not say alike."""
        yield from missing_texts(self._missing)
        yield from self._tags.findings()
        yield from self._names.findings()
        yield from Texts(self._met).findings()
        yield from Examples(self._met).findings()

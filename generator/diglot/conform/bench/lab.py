"""The bench on which laws are tried: it sends requests, checks every answer on the wire, and remembers the lists."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from diglot.conform.bench.durations import Durations
from diglot.conform.bench.witness import Witness
from diglot.conform.binding.bindings import Bindings, Collection
from diglot.conform.binding.checks import whole_number
from diglot.conform.binding.security import scheme_of
from diglot.conform.binding.surface import Endpoint, Surface
from diglot.conform.credentials import Credential, valid
from diglot.conform.fixtures import Fixtures, MetadataField
from diglot.conform.outcome import Options
from diglot.conform.wire.answers import Wire
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError
from diglot.conform.wire.notice import notices
from diglot.conform.wire.session import Exchange, Request, Session, path_of, query_of

MAX_ROWS = 1000
UNKNOWN_ID = "00000000-0000-4000-8000-00000000d161"
JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """One page as it was answered. Members that the answer lacks, or that have another type, are None."""

    exchange: Exchange
    rows: tuple[dict[str, Any], ...]
    ids: tuple[str, ...]
    total: int | None
    more: bool | None
    page: int | None
    size: int | None


@dataclass(frozen=True)
class Whole:
    """The rows of a collection, in the order of its pages; `complete` is false where there were too many to see all.

    `pages` are the answers, of the largest size of a page.
    """

    exchange: Exchange
    rows: tuple[dict[str, Any], ...]
    ids: tuple[str, ...]
    complete: bool
    by_id: Mapping[str, dict[str, Any]]
    pages: tuple[Answer, ...] = ()


@dataclass
class Lab:
    """Everything a law needs.

    `noticed` gathers what was wrong on the wire, whatever the law was after; `touched` the ids of the rows that were
    named in writes, `wrote` digests of the values that were, by the id of their item; `sight` how many pages of a
    collection the writing laws look at (one, where nothing is said); `fields` what can be written onto the rows of a
    collection, as far as it had to be learnt from them; `worn` by law the ids of rows on which a wrong server may have
    left a mark for good: a further try begins with others.
    """

    session: Session
    surface: Surface
    bindings: Bindings
    fixtures: Fixtures
    options: Options
    noticed: list[tuple[Endpoint, Breach]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    wrote: dict[str, set[str]] = field(default_factory=dict)
    sight: dict[Any, int] = field(default_factory=dict)
    fields: dict[Any, list[MetadataField]] = field(default_factory=dict)
    worn: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    witness: Witness = field(default_factory=Witness)
    durations: Durations = field(default_factory=Durations)
    _memory: dict[Any, Any] = field(default_factory=dict)
    _places: dict[Any, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wire = Wire(self.surface, self.options.profile)
        self.scheme = scheme_of(self.surface.document)
        self.key = valid(self.fixtures.token, self.scheme)
        other = self.fixtures.other_tenant
        self.other_key = valid(other.token, self.scheme) if other else None
        self._actions = {one.parameter: one.actions[0].name for one in self.bindings.actions if one.actions}
        self._scopes = {collection.scope for collection in self.bindings.collections if collection.scope}

    def forget(self) -> None:
        """Forget what was listed: a law is tried afresh, or looks beyond the dataset that it wrote to."""
        self._memory.clear()

    def _wrote(self, values: Mapping[str, str]) -> None:
        """Forget what was listed, but for the rows of another dataset than the one that was written to."""
        self.witness.wrote()
        others = {self.fixtures.other_dataset, getattr(self.fixtures.other_tenant, "dataset", None)} - {None}
        others -= set(values.values())
        kept = {name: held for name, held in self._memory.items() if name[0] == "listed" and name[2] in others}
        self._memory = kept

    def remembered(self, name: Any, make: Any) -> Any:
        """The value of `make()`, made once until `forget`."""
        if name not in self._memory:
            self._memory[name] = make()
        return self._memory[name]

    def values(self, endpoint: Endpoint, scope: str | None = None, **given: str) -> dict[str, str]:
        """A value for each path parameter: given, the scope, from the fixtures, or the first the contract allows.

        Raises:
            UnmetError: a parameter has none of these.
        """
        values = dict(given)
        for parameter in endpoint.placed("path"):
            name = parameter.name
            if name in values:
                continue
            choices = parameter.schema.get("enum")
            if name in self._scopes and (scope or self.fixtures.dataset):
                values[name] = scope or self.fixtures.dataset or ""
            elif name in self.fixtures.parameters:
                values[name] = self.fixtures.parameters[name]
            elif isinstance(choices, list) and choices:
                values[name] = str(choices[0])
            elif name in self._actions:
                values[name] = self._actions[name]
            else:
                raise UnmetError(f'--dataset ID, or {name} = "…" under [parameters]')
        return values

    def call(
        self,
        endpoint: Endpoint,
        values: Mapping[str, str],
        *,
        query: Mapping[str, Any] | str = "",
        body: Any = None,
        raw: bytes | None = None,
        media_type: str | None = JSON,
        credential: Credential | None = None,
        method: str | None = None,
        strange: bool = False,
        client: Any = None,
    ) -> Exchange:
        """Send one request to an operation and check its answer on the wire.

        `body` is sent as JSON, `raw` as it is. `strange` input, and another `method`, need only not break the server.
        """
        payload = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = Request(
            method=method or endpoint.method,
            path=path_of(endpoint.path, values),
            query=query if isinstance(query, str) else query_of(query),
            body=payload,
            media_type=media_type if payload is not None else None,
            credential=credential or self.key,
        )
        if self.options.read_only and request.method not in ("GET", "HEAD"):
            raise UnmetError("a run without --read-only")
        exchange = self.durations.send(self.session, endpoint, request, client)
        if request.method not in ("GET", "HEAD"):
            self._wrote(values)
        odd = strange or method is not None
        found = notices(self.wire, self.session.redactor, endpoint, exchange, odd)
        self.noticed += ((endpoint, breach) for breach in found)
        return exchange

    def page(
        self,
        collection: Collection,
        query: Mapping[str, Any] | None = None,
        scope: str | None = None,
        credential: Credential | None = None,
    ) -> Answer:
        """One page of a collection.

        Raises:
            UnansweredError: this valid question was not answered with a page.
        """
        endpoint = collection.endpoint
        exchange = self.call(endpoint, self.values(endpoint, scope), query=query or {}, credential=credential)
        body = exchange.json
        if not exchange.ok or not isinstance(body, dict) or not isinstance(body.get(collection.rows), list):
            raise UnansweredError(refused(exchange, "a question within the contract"))
        documented = collection.fields
        rows = tuple(
            {name: value for name, value in row.items() if name in documented} if documented else row
            for row in body[collection.rows]
            if isinstance(row, dict) and collection.id in row
        )
        answer = Answer(
            exchange=exchange,
            rows=rows,
            ids=tuple(str(row[collection.id]) for row in rows),
            total=whole_number(body.get(collection.total or "")),
            more=body.get(collection.more) if isinstance(body.get(collection.more or ""), bool) else None,
            page=whole_number(body.get(collection.page_echo or "")),
            size=whole_number(body.get(collection.size_echo or "")),
        )
        question = (exchange.url, exchange.request.credential.sent)
        self.witness.saw(question, answer.total, dict(zip(answer.ids, rows, strict=True)))
        return answer

    def whole(
        self,
        collection: Collection,
        scope: str | None = None,
        credential: Credential | None = None,
    ) -> Whole:
        """Every row of a collection, up to a thousand; remembered until something is written."""
        return self._listed(collection, scope, credential, MAX_ROWS)

    def view(self, collection: Collection, scope: str | None = None, credential: Credential | None = None) -> Whole:
        """The rows at the beginning of a collection that the writing laws look at: all of a small one."""
        pages = self.sight.get(collection.endpoint.key, 1)
        return self._listed(collection, scope, credential, pages * collection.largest)

    def _listed(self, collection: Collection, scope: str | None, credential: Credential | None, most: int) -> Whole:
        who = (credential or self.key).sent
        name = ("listed", collection.endpoint.key, scope, who)
        whole: Whole = self.remembered((*name, most), lambda: self._walk(collection, scope, credential, name, most))
        return whole

    def row(self, collection: Collection, key: str) -> Mapping[str, Any]:
        """One row as it is now, asked for as a page of one; empty where it is no longer listed."""
        places = self._places.get(collection.endpoint.key)
        if places is None or key not in places:
            places = {known: place for place, known in enumerate(self.view(collection).ids)}
            self._places[collection.endpoint.key] = places
        answer = self.page(collection, collection.window(places.get(key, 0) + 1, 1))
        if answer.ids == (key,):
            return answer.rows[0]
        self._places.pop(collection.endpoint.key)  # something moved the rows: look at them all
        return self.view(collection).by_id.get(key, {})

    def _walk(
        self, collection: Collection, scope: str | None, credential: Credential | None, name: Any, most: int
    ) -> Whole:
        size = collection.largest
        known: dict[str, dict[str, Any]] = {}
        pages: list[Answer] = []
        complete = False
        while len(known) < most and not complete:
            number = len(pages) + 1
            query = collection.window(number, size)
            answer: Answer = self.remembered(
                (*name, "page", number), partial(self.page, collection, query, scope, credential)
            )
            fresh = [(key, row) for key, row in zip(answer.ids, answer.rows, strict=True) if key not in known]
            known.update(fresh)
            pages.append(answer)
            complete = not fresh or (len(answer.rows) < size and _ends(answer, len(known)))
        return Whole(answer.exchange, tuple(known.values()), tuple(known), complete, known, tuple(pages))


def _ends(answer: Answer, seen: int) -> bool:
    """Whether a page that is not full is the last: a server may give fewer rows a page than it was asked for."""
    if answer.more is not None:
        return not answer.more
    return answer.total is not None and seen >= answer.total


def refused(exchange: Exchange, what: str) -> Breach:
    """The breach of a valid request that was not answered as one."""
    rule = "server-error" if exchange.status >= 500 else "answer-missing" if exchange.failure else "valid-input-refused"
    if rule == "server-error":
        return Breach(rule, {"status": exchange.status}, exchange)
    if rule == "answer-missing":
        return Breach(rule, {"how": exchange.failure}, exchange)
    return Breach(rule, {"status": exchange.status, "input": what}, exchange, expected="200")

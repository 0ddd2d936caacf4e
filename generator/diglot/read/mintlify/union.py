"""From the printed alternatives of one root schema to one OpenAPI schema: a reference, a schema, or a choice."""

from __future__ import annotations

from diglot.core.ir import Certainty
from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, mark_of
from diglot.read.mintlify.evaluate import Where
from diglot.read.mintlify.grammar import PREFIX
from diglot.read.mintlify.losses import lose_keywords, lose_merged
from diglot.read.mintlify.names import Names
from diglot.read.mintlify.notes import FlatNotes
from diglot.read.mintlify.roots import Group, grouped, name_of, split_null
from diglot.read.mintlify.schema import all_of, any_of, nullable, reference, restore

_SHOWN = 5


class Schemas:
    """Builds the schemas of one page and notes what is lost in each."""

    def __init__(self, names: Names, notes: FlatNotes) -> None:
        self._names, self._notes = names, notes

    def schema(self, items: Group, pointer: str, where: Where) -> Map:
        """The schema of one root; `pointer` is its place in the recovered document."""
        mark = _ref_mark(items)
        whole = self._names.whole(items, where)
        if whole is not None:
            name, evidence = whole
            if evidence:
                self._lose_beside(pointer, "outer-name-lost", evidence, mark, "inferred")
            else:
                evidence = f"a component that adds nothing to `{name}` prints the same"
                self._lose_beside(pointer, "reference-name", evidence, mark)
            return reference(PREFIX + name, mark)
        groups = grouped(items)
        if len(groups) == 1:
            return self._group(groups[0], pointer, where)
        self._lose_union(pointer, any(name_of(group) for group in groups), mark)
        members = join(pointer, "anyOf")
        return any_of([self._group(group, join(members, i), where) for i, group in enumerate(groups)], items[0].own)

    def component(self, name: str, where: Where) -> Map:
        """The component that only the root schemas named `name` show."""
        group, pointer = self._names.inferred[name], join("/components/schemas", name)
        evidence = "only root schemas show it, which may have been merged from it and others"
        self._notes.lose(pointer, "component-from-root", "inferred", evidence, _ref_mark(group))
        return self._alone(group, pointer, where)

    def _group(self, group: Group, pointer: str, where: Where) -> Map:
        name, mark = name_of(group), _ref_mark(group)
        if name is None:
            return self._alone(group, pointer, where)
        if self._names.is_inferred(name, group):
            evidence = f"`{name}` is the last reference that the shown schema was merged from; it may be a part of it"
            self._lose_beside(pointer, "component-from-root", evidence, mark, "inferred")
            return reference(PREFIX + name, mark)
        rest = self._names.rest(group, where)
        evidence = f"`{name}` is the last reference of an allOf; the whole has lost its name"
        self._notes.lose(join(pointer, "$ref"), "outer-name-lost", "ambiguous", evidence, mark)
        if rest is not None:
            self._lose_beside(pointer, "outer-name-lost", evidence, mark)
            if not rest:
                return reference(PREFIX + name, mark)
            return self._extended(reference(PREFIX + name, mark), rest, pointer, where)
        shown = [sighting.pointer for sighting in self._names.sightings.get(name, ())[:_SHOWN]]
        evidence = f"merged with `{name}`" + (f", which differs between {', '.join(shown)}" if shown else "")
        lose_merged(self._notes, group, pointer, evidence)
        return self._alone(group, pointer, where)

    def _extended(self, part: Map, rest: Map, pointer: str, where: Where) -> Map:
        evidence = "the shown schema says more than the component that it names"
        self._notes.lose(join(pointer, "allOf"), "allof-merged", "ambiguous", evidence, part.own)
        if "type" not in rest:  # only another title or description
            return all_of([part], rest)
        lose_keywords(self._notes, rest, join(pointer, "allOf", 1), where)
        return all_of([part, restore(rest)], Map(part.own))

    def _alone(self, group: Group, pointer: str, where: Where) -> Map:
        """One group without its name: a schema, a nullable one, or a choice."""
        others, null = split_null(group)
        if null is not None:
            for member in ("nullable", "type"):
                self._notes.lose(join(pointer, member), "nullable-form", "ambiguous", "printed as a further type null")
        if len(others) > 1:
            self._lose_union(pointer, False, others[0].own)
            members = [self._one(item, join(pointer, "anyOf", i), where) for i, item in enumerate(others)]
            schema = any_of(members, others[0].own)
        else:
            schema = self._one(others[0], pointer, where)
        return schema if null is None else nullable(schema, mark_of(null, "type"))

    def _one(self, item: Map, pointer: str, where: Where) -> Map:
        lose_keywords(self._notes, item, pointer, where)
        return restore(item)

    def _lose_beside(
        self, pointer: str, code: str, evidence: str, mark: Mark | None, certainty: Certainty = "ambiguous"
    ) -> None:
        """A composition around one reference prints what the reference alone prints."""
        for member in ("$ref", "allOf", "oneOf", "anyOf", "type", "title", "description", "nullable"):
            self._notes.lose(join(pointer, member), code, certainty, evidence, mark)

    def _lose_union(self, pointer: str, named: bool, mark: Mark | None) -> None:
        evidence = "oneOf, anyOf and a list of types are printed alike"
        for member in ("anyOf", "oneOf", "type"):
            self._notes.lose(join(pointer, member), "union-kind", "ambiguous", evidence, mark)
        for member in ("allOf", "title", "description", "nullable"):
            self._notes.lose(join(pointer, member), "union-kind", "ambiguous", "merged into each alternative", mark)
        self._notes.lose(join(pointer, "discriminator"), "schema-keyword")
        if named:
            self._notes.lose(join(pointer, "$ref"), "outer-name-lost", "ambiguous", "a choice of references", mark)


def _ref_mark(items: Group) -> Mark | None:
    return next((mark for item in items if (mark := mark_of(item, "refIdentifier")) is not None), None)

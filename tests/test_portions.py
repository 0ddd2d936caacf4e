"""Models in portions: whatever the portions, the module of all of them is the same."""

from __future__ import annotations

import gc
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot.core.collector import paused, set_aside
from diglot.render.code import portions
from diglot.render.code.models import render_models
from diglot.render.code.portions import divided
from diglot.render.contract.shapes import Field, Model, Shape

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def refers(name: str, *others: str) -> Model:
    fields = (
        Field(f"to_{other.lower()}", f"to_{other.lower()}", Shape("model", model=other), True) for other in others
    )
    return Model(name, (Field("text", "text", Shape("string"), True), *fields))


def holds(name: str, item: str) -> Model:
    return Model(name, root=Shape("array", parts=(Shape("model", model=item),)))


GRAPHS = st.integers(1, 12).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=2), min_size=size, max_size=size)
)


@given(GRAPHS, st.integers(1, 6))
def test_every_model_is_in_one_portion_and_refers_to_no_other(graph: list[list[int]], most: int) -> None:
    models = [refers(f"M{index}", *(f"M{other}" for other in others)) for index, others in enumerate(graph)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "_MOST_FIELDS", most)
        parts = divided(models)
    assert sorted(model.name for part in parts for model in part) == sorted(model.name for model in models)
    for part in parts:
        known = {model.name for model in part}
        assert {shape.model for model in part for shape in model.shapes() if shape.model} <= known


@pytest.mark.parametrize("most", [1, 3, 7])
def test_the_module_is_the_same_in_any_portions(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    models = [
        refers("Alone"),
        holds("Listing", "Row"),  # derives from a list of what stands later by name
        refers("Row", "Cell"),
        refers("Cell"),
        refers("Round", "Trip"),
        refers("Trip", "Round"),
        refers("Selfish", "Selfish"),
        holds("Batch", "Zebra"),
        refers("Zebra"),
        Model("When", (Field("at", "at", Shape("string", format="date-time"), False, deprecated=True),), open=False),
    ]
    random.Random(most).shuffle(models)
    monkeypatch.setattr(portions, "_MOST_FIELDS", 10_000)
    whole = render_models(models, "some_api", TEMPLATES)
    monkeypatch.setattr(portions, "_MOST_FIELDS", most)
    assert len(divided(models)) > 1
    divided_source = render_models(models, "some_api", TEMPLATES)
    classes = whole.index("class ")
    assert divided_source[divided_source.index("class ") :] == whole[classes:]
    assert whole.index("class Row(") < whole.index("class Listing(")
    imported = {name for line in whole[:classes].split("\n") for name in line.partition(" import ")[2].split(", ")}
    again = divided_source[: divided_source.index("class ")]
    assert {name for line in again.split("\n") for name in line.partition(" import ")[2].split(", ")} == imported


def test_cycles_made_within_are_freed_and_the_collector_is_as_before() -> None:
    class Node:
        def __init__(self) -> None:
            self.me = self

    frozen = gc.get_freeze_count()
    with set_aside() as free:
        free()
        Node()
        assert free() >= 1
        assert gc.get_freeze_count() > frozen
    assert gc.get_freeze_count() == 0


def test_what_was_made_while_the_collector_was_paused_is_old_afterwards() -> None:
    gc.collect()
    with paused():
        assert not gc.isenabled()
        made = [[] for _ in range(5000)]
    assert gc.isenabled()
    assert gc.get_count()[0] < 1000
    assert sum(map(gc.is_tracked, made)) == 5000
    assert gc.get_freeze_count() == 0

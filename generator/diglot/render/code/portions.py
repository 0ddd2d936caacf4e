"""Models in portions: classes that know nothing of each other are generated apart, and put together again.

datamodel-code-generator holds some 20 KB for every field that it works on, until the last one is printed. Of 389 models
of a real contract no more than 24 depend on each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from diglot.render.contract.shapes import Model

_MOST_FIELDS = 130
"""Fields of one portion, where its models can be divided so: few enough that two processes end together."""
_CLASS = re.compile(r"^(?=class \w+\()", re.MULTILINE)
_REBUILT = re.compile(r"^\w+\.model_rebuild\(\)$", re.MULTILINE)


def divided(models: Sequence[Model]) -> list[list[Model]]:
    """The models in portions, in their order; no model refers to one of another portion."""
    portions: list[list[Model]] = []
    filled = _MOST_FIELDS
    for group in _connected(models):
        if filled >= _MOST_FIELDS:
            portions.append([])
            filled = 0
        portions[-1] += group
        filled += sum(len(model.fields) for model in group)
    return portions


def _connected(models: Sequence[Model]) -> Iterable[list[Model]]:
    """The models in groups: whatever leads from one to another, either way, lies within one."""
    heads = {model.name: model.name for model in models}

    def head(name: str) -> str:
        while heads[name] != name:
            heads[name] = name = heads[heads[name]]
        return name

    for model in models:
        for shape in model.shapes():
            if shape.model:
                heads[head(shape.model)] = head(model.name)
    groups: dict[str, list[Model]] = {}
    for model in models:
        groups.setdefault(head(model.name), []).append(model)
    return groups.values()


def joined(sources: Iterable[str], choices: Iterable[str] = ()) -> str:
    """One module from the modules of all portions: each import once, the classes by name.

    A class comes later than its name where its own portion has it behind another, from which it derives. `choices`
    stand behind the classes that they name, and before those that have one as their base.
    """
    imports: dict[str, None] = {}
    classes: list[tuple[str, str]] = []
    rebuilt: list[str] = []
    for source in sources:
        opening, *bodies = _CLASS.split(source)
        imports |= dict.fromkeys(line for line in opening.split("\n") if line.strip("# "))
        latest = ""
        for body in bodies:
            latest = max(latest, body[len("class ") : body.index("(")])
            rebuilt += _REBUILT.findall(body)
            classes.append((latest, _REBUILT.sub("", body).rstrip()))
    classes.sort(key=lambda each: each[0])
    bodies = [body for _, body in classes]
    roots = [body for body in bodies if "(RootModel[" in body.partition("\n")[0]]
    plain = [body for body in bodies if body not in roots]
    return "\n\n\n".join(["\n".join(imports), *plain, *choices, *roots, "\n".join(sorted(rebuilt))])

"""The rule reference: the whole table as Markdown, by stage; rules about two versions by the change that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from diglot.core.catalogue import catalogue, change_words, phrase, subject_words
from diglot.core.examples import Sample, example, mirror
from diglot.core.rules import Rule
from diglot.core.usage import STAGES
from diglot.report.markdown import fenced, own
from diglot.report.rules import difference

Change = tuple[list[Rule], list[Rule]]  # the rules about one change in each place, and those about the way back


def render_reference(rules: Sequence[Rule], language: str = "en") -> str:
    """A document with a table of contents, ending in a line break; every id is a heading or stands in a table."""
    stages = {stage: listed for stage in STAGES if (listed := [rule for rule in rules if rule.stage == stage])}
    lines = [f"# {phrase('rules-title', language)}", "", own(phrase("rules-intro", language, rules=len(rules))), ""]
    for stage, listed in stages.items():
        count = phrase("rules-count", language, rules=len(listed))
        lines.append(f"- [`{stage}`](#{stage}): {own(phrase(f'stage-{stage}', language))} ({count})")
        if stage == "versions":
            lines += (f"  - [{own(name)}](#versions-{theme})" for theme, name, _ in _themes(listed, language))
    for stage, listed in stages.items():
        title = own(phrase(f"stage-{stage}", language))
        lines += ["", f'<a id="{stage}"></a>', "", f"## `{stage}`: {title}"]
        lines += _versions(listed, language) if stage == "versions" else _stage(listed, language)
    return "\n".join(lines) + "\n"


def _stage(rules: Iterable[Rule], language: str) -> Iterator[str]:
    kinds: tuple[str, str] | None = None
    for rule in rules:
        sample, words = example(rule), catalogue(language)["rules"][rule.id]
        if sample.kinds != kinds:
            kinds = sample.kinds
            yield from ("", _how(sample, language))
        rank = phrase(f"severity-{rule.severity}", language)
        title, explanation = own(words["title"]), own(words["explanation"])
        head = phrase("rules-head", language, title=title, severity=rank, explanation=explanation)
        yield from ("", f"### `{rule.id}`", head, f"> {own(words['message'])}", *fenced(difference(sample), "diff"))


def _how(sample: Sample, language: str) -> str:
    first, second = (phrase(f"kind-{kind}", language) for kind in sample.kinds)
    return own(phrase("rules-how", language, first=first, second=second))


def _versions(rules: Sequence[Rule], language: str) -> Iterator[str]:
    yield from ("", own(phrase("rules-versions", language)), "", _how(example(rules[0]), language))
    for theme, name, listed in _themes(rules, language):
        yield from ("", f'<a id="versions-{theme}"></a>', "", f"### {own(name)}")
        for forth, back in _changes(listed):
            yield from _change(forth, back, language)


def _themes(rules: Iterable[Rule], language: str) -> Iterator[tuple[str, str, list[Rule]]]:
    themes: dict[str, list[Rule]] = {"around": [], "fields": [], "schemas": []}
    for rule in rules:
        themes[_theme(rule)].append(rule)
    for theme, listed in themes.items():
        if listed:
            yield theme, phrase(f"rules-versions-{theme}", language), listed


def _theme(rule: Rule) -> str:
    if not rule.subject:
        return "around"
    return "fields" if rule.change.startswith("field-") else "schemas"


def _changes(rules: Iterable[Rule]) -> Iterator[Change]:
    """The changes in the order of the table, each with the one that undoes it."""
    changes: dict[str, list[Rule]] = {}
    for rule in rules:
        changes.setdefault(rule.change, []).append(rule)
    told: set[str] = set()
    for change, forth in changes.items():
        if change in told:
            continue
        back = next((found.change for rule in forth if (found := mirror(rule))), "")
        told |= {change, back}
        yield forth, changes.get(back, [])


def _change(forth: Sequence[Rule], back: Sequence[Rule], language: str) -> Iterator[str]:
    shown = [group[0].change for group in (forth, back) if group]
    titles = (change_words(change, language)["title"] for change in shown)
    yield from ("", f"#### {own(' / '.join(titles))}")
    explained = (change_words(change, language).get("explanation") for change in shown)
    yield from (own(explanation) for explanation in dict.fromkeys(filter(None, explained)))
    yield from fenced(difference(example(forth[0], bare=True)), "diff")
    yield from _places(forth, back, language)


def _places(forth: Sequence[Rule], back: Sequence[Rule], language: str) -> Iterator[str]:
    """A row a place: the rule as the example shows it, and the rule about the way back."""
    if not back and not forth[0].subject:
        yield _cell(forth[0], language)
        return
    pairs = [(rule, *_paired(rule, back)) for rule in forth]
    paired = {rule.id for pair in pairs for rule in pair[1:]}
    rows = [[_subject(pair[0], language), *(_cell(rule, language) for rule in pair)] for pair in pairs]
    rows += [[_subject(rule, language), "", _cell(rule, language)] for rule in back if rule.id not in paired]
    names = ["where", "shown", *(["backwards"] if back else [])]
    skipped = 0 if forth[0].subject else 1  # what has one place needs no column for it
    heads = [phrase(f"rules-{name}", language) for name in names]
    yield f"| {' | '.join(heads[skipped:])} |"
    yield "|---" * len(heads[skipped:]) + "|"
    for row in rows:
        cells = [*row, *[""] * (len(names) - len(row))]
        yield f"| {' | '.join(cells[skipped:])} |"


def _paired(rule: Rule, back: Sequence[Rule]) -> list[Rule]:
    turned = mirror(rule)
    return [turned] if turned in back and turned is not None else []


def _subject(rule: Rule, language: str) -> str:
    return own(subject_words(rule.subject, language)) if rule.subject else ""


def _cell(rule: Rule, language: str) -> str:
    rank = phrase(f"severity-{rule.severity}", language)
    if rule.breaks == "nobody":
        return f"`{rule.id}`: {rank}"
    who = phrase(f"breaks-{rule.breaks}", language)
    return f"`{rule.id}`: {phrase('rules-breaks', language, severity=rank, breaks=who)}"

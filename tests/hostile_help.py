"""Pages of one megabyte that were made to cost: what they ask of a reader seems to grow beyond their size."""

from __future__ import annotations

from collections.abc import Callable, Iterable

SIZE = 1_000_000
_FLAT = "paths:\n  path: /p\n  method: post\n  type: path\n"
_REFERENCE = "$ref: '#/components/schemas/C"


def _page(yaml: str) -> str:
    return f"# T\n\n## OpenAPI\n\n````yaml x post /p\n{yaml}\n````\n"


def _fill(pieces: Iterable[str], head: str = "", tail: str = "") -> str:
    """As many pieces as make the size."""
    parts, size = [head], len(head) + len(tail)
    for piece in pieces:
        if size >= SIZE:
            break
        parts.append(piece)
        size += len(piece)
    return "".join([*parts, tail])


def _many(template: str, head: str = "", tail: str = "") -> str:
    return _fill((template.replace("%", str(number)) for number in range(SIZE)), head, tail)


def _aliases() -> str:
    """Each level doubles the one before: what counts is what it unfolds to."""
    levels = "".join(f"x{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9) if i else '1'}]\n" for i in range(12))
    return _page(_many("y%: *a2\n", f"openapi: 3.0.1\n{levels}"))


def _compositions() -> str:
    """oneOf within allOf: the products of the sums, many times over."""
    one = "    C{0}: {{allOf: [{{oneOf: [{{{1}{2}'}}, {{{1}{3}'}}]}}], isAllOf: '#/components/schemas/C{0}'}}\n"
    chain = "".join(one.format(i, _REFERENCE, i + 1, i + 2) for i in range(40))
    root = "{type: object, refIdentifier: '#/components/schemas/C0'}"
    body = f"  request:\n    body:\n      application/json: {{schemaArray: [{root}]}}\n"
    head = f"{_FLAT}{body}  response: {{}}\ncomponents:\n  schemas:\n{chain}"
    return _page(
        _many(
            f"    D%: {{allOf: [{{{_REFERENCE}0'}}, {{{_REFERENCE}%'}}], isAllOf: '#/components/schemas/D%'}}\n", head
        )
    )


def _sightings() -> str:
    """One name, printed differently a thousand times."""
    schema = "{type: object, refIdentifier: '#/components/schemas/Q', properties: {p%: {allOf: [{type: string}]}}}"
    return _page(_many(f"    r%: {{a/b: {{schemaArray: [{schema}]}}}}\n", f"{_FLAT}  response:\n"))


def _parameters() -> str:
    head = f"{_FLAT}  request:\n    parameters:\n      query:\n"
    return _page(_many("        q%: {schema: [{type: string, minLength: %}, {type: 'null'}]}\n", head))


def _examples() -> str:
    """A large example to be compared with a schema that nests."""
    schema = "{type: array, items: {allOf: [" * 20 + "{type: string}" + "]}}" * 20
    head = f"{_FLAT}  request:\n    body:\n      a/b: {{schemaArray: [{schema}], examples: {{example: {{value: ["
    return _page(_many("[[[[<string>]]]], ", head, "]}}}\n"))


HOSTILE: dict[str, tuple[str, Callable[[], str]]] = {
    "aliases": ("a.md", _aliases),
    "compositions": ("a.md", _compositions),
    "sightings of one name": ("a.md", _sightings),
    "parameters": ("a.md", _parameters),
    "examples": ("a.md", _examples),
    "brackets": ("a.md", lambda: _page("[" * SIZE)),
    "brackets of JSON": ("a.json", lambda: "[" * SIZE),
    "deep blocks": ("a.yaml", lambda: _fill(" " * i + "a:\n" for i in range(SIZE))),
    "duplicate keys": ("a.yaml", lambda: _many("a: %\n", "openapi: 3.0.1\n")),
    "wrong shapes": ("a.yaml", lambda: _many("  /a%: {get: [], put: 1}\n", "openapi: 3.0.1\npaths:\n")),
    "operations": ("a.yaml", lambda: _many("  /a%: {get: {tags: [1], responses: {}}}\n", "openapi: 3.0.1\npaths:\n")),
    "anchors": ("a.yaml", lambda: _many("a%: &a% [*b]\n", "b: &b 1\nopenapi: 3.0.1\n")),
    "merge keys": ("a.yaml", lambda: _many("a%: &a {<<: *a, b%: 1}\n", "a: &a {}\nopenapi: 3.0.1\n")),
    "pages": ("llms-full.txt", lambda: _many("# T%\nSource: https://a.example/%\n\n")),
    "blocks": ("a.md", lambda: _many("```yaml get /a%\nopenapi: 3.0.1\npaths: {/a%: {get: {}}}\n```\n", "# T\n")),
    "titles with blocks": ("a.md", lambda: _many("# T%\n```yaml get /a%\nopenapi: 3.0.1\n```\n")),
    "open fences": ("a.md", lambda: _many("```yaml get /a%\n")),
    "backticks": ("a.md", lambda: "`" * SIZE),
    "front matter": ("a.md", lambda: _many("---\ntitle: %\n")),
    "comments": ("a.md", lambda: _many("<!--\nSource: https://a.example/%\n")),
    "quotation": ("a.md", lambda: _many("> %\n", "# T\n\n")),
    "starred comment": ("a.md", lambda: _many(" * %\n", "/**\n", "*/ */ *")),
    "info string": ("a.md", lambda: f"```yaml {'get ' * (SIZE // 4)}/a\nopenapi: 3.0.1\n```\n"),
    "rendered fields": ("a.md", lambda: _many("f%\nstring\nrequired\n\n", "GET\n/\na\n\nResponse\n\n")),
    "rendered names": ("a.md", lambda: _many("f.a%.b.c.d\nobject\n\n", "GET\n/\na\n\nResponse\n\nf\nobject\n\n")),
    "rendered endpoints": ("a.md", lambda: _many("GET\n/\na%\n")),
    "rendered options": (
        "a.md",
        lambda: _many("o%,\n", "GET\n/\na\n\nBody\n\nf\nenum<string>\n\nAvailable options:\n"),
    ),
    "broken sample": ("a.md", lambda: _many('{"a%": [\n', "GET\n/\na\n\n```\n", "```\n\nBody\n\nf\nstring\n")),
    "sample of lost closers": (
        "a.md",
        lambda: _many('  "a%": {\n    }\n', "GET\n/\na\n\n```\n{\n", "```\n\nBody\n\nf\nstring\n"),
    ),
    "command": (
        "a.md",
        lambda: _many(" -H 'a%: b'", "GET\n/\na\n\n```\ncurl https://a.example/a", "\n```\n\nBody\n\nf\nstring\n"),
    ),
}
"""Name of the kind -> name of the file, and what makes its text."""

BOUNDED = (
    "aliases",
    "compositions",
    "examples",
    "brackets",
    "brackets of JSON",
    "anchors",
    "comments",
    "broken sample",
)
"""Those whose cost would be without bound if nobody bounded it; the others cost what their many parts cost."""

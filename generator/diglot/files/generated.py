"""The generated tree: what stands there, whose it is, and how it is made as wanted.

The manifest holds the digest of each file as it was written, so that a file which a person edited is told from one
whose contract moved on. It holds the contract's digest, and no version of diglot: a new release that generates the same
files changes no byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from diglot.core.ir import File
from diglot.core.usage import UsageError
from diglot.files.disk import digest
from diglot.files.placing import alone, inside, interrupted, place, recover, refuse_outside

MANIFEST = ".manifest.json"
_MARK = b"Contract: sha256 "
_HEAD = 400  # bytes in which a generated file says that it is one
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """A generated tree against what it should be; paths below its root, sorted.

    `differing` are missing, different, or no longer generated; of these, `edited` were changed by hand since they were
    written, and `foreign` were never generated.
    """

    differing: tuple[str, ...]
    edited: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def differences(root: Path, files: Sequence[File]) -> list[str]:
    """The paths below `root` that are not as `files` wants them: missing, different, or no longer generated."""
    return list(standing(root, files).differing)


def standing(root: Path, files: Sequence[File], contract: str | None = None) -> Standing:
    """How the tree at `root` stands to `files`; with the digest of the contract, the manifest is judged as well."""
    known, placed = _manifest(root), interrupted(root)
    wanted = {file.path: file.text.encode("utf-8") for file in files}
    differing: list[str] = []
    edited: list[str] = []
    foreign: list[str] = []
    for path in sorted({*wanted, *known}):
        content = _content(root / path)
        if content == wanted.get(path):
            continue
        differing.append(path)
        if content is None or path in placed:
            continue
        if path in known:
            edited += [path] * (digest(_lines(content)) != known[path])
        else:  # the manifest may be lost, as after a merge; a file that says whose it is may still hold edits
            (edited if _MARK in content[:_HEAD] else foreign).append(path)
    if contract is not None and _content(root / MANIFEST) != _listing(wanted, contract):
        differing.append(MANIFEST)
    return Standing(tuple(differing), tuple(edited), tuple(foreign))


def standing_texts(root: Path, files: Sequence[File]) -> Mapping[str, str]:
    """The files that stand at `root` of those that are generated, or were: path -> text."""
    paths = sorted({*_manifest(root), *(file.path for file in files)})
    found = {path: content for path in paths if (content := _content(root / path)) is not None}
    return {path: content.decode("utf-8", "replace") for path, content in found.items()}


def write_tree(root: Path, files: Sequence[File], contract: str = "", *, force: bool = False) -> list[str]:
    """Make the generated tree as wanted and return the paths that changed; files not generated are never touched.

    All or nothing is written. `contract` is the digest of the contract; `force` overwrites what was edited by hand.

    Raises:
        UsageError: a path that would leave `root`, a file that cannot be written, one in the way that was not
            generated, or, without `force`, one that was edited by hand. Then nothing has changed.
    """
    refuse_outside(root, (file.path for file in files))
    wanted = {file.path: file.text.encode("utf-8") for file in files}
    with alone(root):
        recover(root)
        stands = standing(root, files)
        _refuse_others(root, stands, force=force)
        contents = {path: wanted[path] for path in stands.differing if path in wanted}
        manifest = _listing(wanted, contract)
        if _content(root / MANIFEST) != manifest:
            contents[MANIFEST] = manifest
        if contents:
            place(root, contents, [path for path in stands.differing if path not in wanted])
    return list(stands.differing)


def _refuse_others(root: Path, stands: Standing, *, force: bool) -> None:
    """Raise UsageError where writing would destroy what people wrote."""
    if stands.foreign:
        raise UsageError(f"{root}: not generated, and in the way: {_few(stands.foreign)}; move it away first")
    if stands.edited and not force:
        raise UsageError(
            f"{root}: edited by hand since it was generated: {_few(stands.edited)}; nothing is written "
            "(`diglot generate --force` overwrites it, `--check` says what would change)"
        )


def _manifest(root: Path) -> Mapping[str, str]:
    """The files that were generated last time, with digests; a manifest edited into nonsense names nothing."""
    try:
        listed = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {path: str(listed[path]) for path in listed if inside(path)} if isinstance(listed, dict) else {}


def _listing(wanted: Mapping[str, bytes], contract: str) -> bytes:
    listed = {path: digest(wanted[path]) for path in sorted(wanted)}
    return (json.dumps({"contract": contract, "files": listed}, indent=1) + "\n").encode()


def _lines(content: bytes) -> bytes:
    """The content as it was written, where git or an editor only turned the ends of its lines."""
    return content.replace(b"\r\n", b"\n")


def _few(paths: Sequence[str]) -> str:
    more = len(paths) - _MOST_NAMES
    return ", ".join(paths[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None

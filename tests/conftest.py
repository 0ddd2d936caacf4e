"""What several test modules share."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diglot.cli import main

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture
def root() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(autouse=True, scope="session")
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Journals of the tests stay out of the user's own state."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def golden() -> Callable[[Path, str], None]:
    """Compare a text with a golden file; `make golden` writes it anew."""

    def check(path: Path, text: str) -> None:
        if os.environ.get("DIGLOT_UPDATE_GOLDENS"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing: `make golden` writes it"
        assert text == path.read_text(encoding="utf-8")

    return check


@pytest.fixture
def diglot() -> Callable[..., tuple[int, str, str]]:
    """Run the command line in process: exit code, stdout, stderr."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        code = main([str(argument) for argument in arguments], out, err)
        return code, out.getvalue(), err.getvalue()

    return run

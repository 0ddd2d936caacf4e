"""Formatting by ruff: as it would be on a disk, without anything that stays there."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from diglot.core.usage import UsageError
from diglot.render.code.formatting import format_python

LOOSE = "import some_api.z\nimport re\nimport pydantic\nimport json\nX = [ re, pydantic, some_api.z ]\n"
SORTED = "import re\n\nimport pydantic\n\nimport some_api.z\n\nX = [re, pydantic, some_api.z]\n"


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_imports_are_sorted_and_thrown_away_only_where_they_may_be(scratch: Path) -> None:
    files = {"loose.py": LOOSE, "__init__.py": "import json\n", "deep/tight.py": "import json\nY = 'y'\n"}
    formatted = format_python(files, "some_api", {"loose.py", "__init__.py", "absent.py"})
    assert formatted == {"loose.py": SORTED, "__init__.py": "", "deep/tight.py": 'import json\n\nY = "y"\n'}
    assert not list(scratch.iterdir())


def test_the_folder_of_the_user_has_no_say(scratch: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    here = tmp_path_factory.mktemp("here")
    (here / "pydantic").mkdir()  # would make it a package of one's own
    (here / "ruff.toml").write_text("line-length = 20\nformat.quote-style = 'single'\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        assert format_python({"loose.py": LOOSE}, "some_api", ["loose.py"]) == {"loose.py": SORTED}


def test_what_is_no_python_is_named_and_nothing_is_left(scratch: Path) -> None:
    with pytest.raises(UsageError, match=r"the templates give no Python in broken\.py, line 1"):
        format_python({"fine.py": "x = 1\n", "broken.py": "def (:\n"}, "some_api", ["broken.py"])
    assert not list(scratch.iterdir())

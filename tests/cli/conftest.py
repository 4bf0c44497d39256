"""Running a command within this process, over a pipeline that is loaded once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from nanocart import pipeline
from nanocart.cli.main import main

if TYPE_CHECKING:
    from spacy.language import Language

Run = Callable[..., Result]

TEXT = (
    "CD5-targeted LNPs delivered CD19 CAR mRNA to T cells in mice. Tumor growth was reduced. "
    "No cytokine release syndrome occurred."
)


@pytest.fixture
def run(nlp: Language, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`run("extract", "a.jsonl", ...)` in an empty folder: the result has exit_code, stdout and stderr."""
    load = pipeline.load
    monkeypatch.setattr(
        pipeline, "load", lambda model="rules", **rest: nlp if model in pipeline.MODELS else load(model, **rest)
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NANOCART_DATA", raising=False)

    def invoke(*args: str, input: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(main, args, input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return invoke


def citation(id: str, text: str = TEXT, **rest: Any) -> str:
    """A line of JSON: a plain citation whose title says which one it is."""
    return json.dumps({"pmid": id, "title": f"Study {id}.", "abstract": text, "year": 2024, **rest}) + "\n"


def citations(*ids: str) -> str:
    return "".join(citation(one) for one in ids)


def leftovers(folder: Path) -> list[str]:
    """Half-written files."""
    return sorted(one.name for one in folder.rglob("*") if one.name.endswith(".part"))


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

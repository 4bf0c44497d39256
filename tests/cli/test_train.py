"""`nanocart train`: settings, slips, and a model that the other commands read with."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Run

if TYPE_CHECKING:
    from nanocart.models.learning.config import Config


def test_defaults_are_a_file_to_begin_with(run: Run) -> None:
    result = run("train", "--defaults")
    assert result.exit_code == 0
    assert "[training]" in result.stdout
    Path("my.toml").write_text(result.stdout.replace("epochs =", "epoch ="), "utf-8")
    slip = run("train", "my.toml", "-o", "run")
    assert slip.exit_code == 2
    assert "there is no key 'epoch'" in slip.stderr
    assert not Path("run").exists()


@pytest.mark.parametrize("given", [(), ("my.toml",), ("-o", "run")])
def test_a_configuration_and_a_folder_are_needed(run: Run, given: tuple[str, ...]) -> None:
    result = run("train", *given)
    assert result.exit_code == 2
    assert "--defaults" in result.stderr


def test_a_configuration_that_is_not_there(run: Run) -> None:
    result = run("train", "no.toml", "-o", "run")
    assert result.exit_code == 2
    assert "no.toml: No such file" in result.stderr


def test_a_folder_that_holds_no_model(run: Run) -> None:
    Path("broken").mkdir()
    Path("broken/nanocart.json").write_text("{}", "utf-8")
    Path("one.txt").write_text("LNPs work.", "utf-8")
    result = run("extract", "one.txt", "--model", "broken", "--print")
    assert result.exit_code in (1, 2)
    assert "broken" in result.stderr or "nanocart[train]" in result.stderr


@pytest.mark.parametrize("own", [True, False])
def test_data_with_labels_of_your_own_come_beside_the_shipped_ones(
    run: Run, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")
    taken: list[Config] = []
    monkeypatch.setattr("nanocart.models.learning.learn.learn", lambda config, folder, **_: taken.append(config))
    label = "GENE" if own else "DISEASE"
    Path("brat").mkdir()
    Path("brat/1.txt").write_text("CRS rose.")
    Path("brat/1.ann").write_text(f"T1\t{label} 0 3\tCRS\n")
    result = run("train", "--init", "nanocart", "--data", "brat", "-o", "run")
    assert result.exit_code == 0, result.stderr
    assert (taken[0].data.train, taken[0].data.foreign) == ((("written",), ("brat",)) if own else (("brat",), ()))
    assert run("train", "--defaults").stdout.count("foreign = []") == 1


@pytest.mark.slow
def test_train_extract_and_benchmark(run: Run) -> None:
    pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")
    from tests.models.small import small_bert

    small_bert(Path("encoder"))
    written = files("nanocart.corpora") / "data" / "written.jsonl"
    Path("mine.jsonl").write_text("\n".join(written.read_text("utf-8").splitlines()[:3]) + "\n", "utf-8")
    Path("my.toml").write_text(
        '[data]\ntrain = ["written"]\ndev = ["mine.jsonl"]\n[model]\nencoder = "encoder"\nmention = 16\npair = 8\n'
        "[training]\nepochs = 1\npieces = 6000\nhead_rate = 0.01\n",
        "utf-8",
    )
    trained = run("train", "my.toml", "-o", "run")
    assert trained.exit_code == 0, trained.stderr
    assert "the model is in run/model" in trained.stdout
    Path("one.jsonl").write_text(
        json.dumps({"id": "1", "title": "LNPs carry CAR mRNA into T cells.", "abstract": "CAR-T cells killed tumors."})
    )
    read = run("extract", "one.jsonl", "--model", "run/model", "-o", "out.jsonl")
    assert read.exit_code == 0, read.stderr
    assert json.loads(Path("out.jsonl").read_text("utf-8"))["text"].startswith("LNPs carry")
    more = run("train", "--init", "run/model", "--data", "mine.jsonl", "-o", "more")
    assert more.exit_code == 0, more.stderr
    assert Path("more/model/encoder.onnx").is_file()
    scored = run("benchmark", "rules", "transformer:run/model", "--corpus", "mine.jsonl")
    assert scored.exit_code == 0, scored.stderr
    assert "transformer:run/model" in scored.stdout

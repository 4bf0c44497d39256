"""The settings of a training: every key has a default, and a slip is an error that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")

from nanocart.errors import UsageError
from nanocart.models.learning.config import Config


def test_an_empty_file_is_the_defaults() -> None:
    assert Config.parse("") == Config()


def test_values_are_read() -> None:
    read = Config.parse('[data]\ntrain = ["a.jsonl"]\n[model]\nhints = false\n[training]\nrate = 1\nepochs = 3\n')
    assert read.data.train == ("a.jsonl",)
    assert read.model.hints is False
    assert read.training.rate == 1.0
    assert isinstance(read.training.rate, float)
    assert read.training.epochs == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[training]\nepoch = 3", "there is no key 'epoch'"),
        ("[trainig]\nepochs = 3", "there is no table 'trainig'"),
        ("[training]\nepochs = 3.5", "epochs = 3.5 is not a whole number"),
        ("[training]\nepochs = -1", "epochs = -1 is not at least 1"),
        ("[training]\nrate = -1.0", "rate = -1.0 is not at least 0"),
        ("[training]\nsmoothing = 3", "smoothing = 3 is not between 0 and 0.9"),
        ("[training]\naccumulate = 0", "accumulate = 0 is not at least 1"),
        ("[model]\nwindow = 100", "window = 100 is not at least 128"),
        ("[training]\nepochs = true", "epochs = True is not a whole number"),
        ("[model]\nhints = 1", "hints = 1 is not true or false"),
        ('[data]\ntrain = "gold"', "train = 'gold' is not a list of strings"),
        ("training = 3", "[training] is not a table"),
        ("[training", "is not TOML"),
    ],
)
def test_a_slip_is_named(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Config.parse(text, "my.toml")
    assert said in str(caught.value)
    assert "my.toml" in str(caught.value)


def test_a_slip_says_what_there_is() -> None:
    with pytest.raises(UsageError, match="epochs"):
        Config.parse("[training]\nepoch = 3")


def test_every_default_is_visible_and_read_again() -> None:
    text = Config().to_toml()
    assert "epochs = " in text
    assert Config.parse(text) == Config()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        Config.read(tmp_path / "no.toml")

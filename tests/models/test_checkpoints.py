"""Checkpoints are whole or not there, and hold tensors and JSON only."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")

from nanocart.errors import SourceError
from nanocart.models.learning.checkpoints import load_state, restore, save_state, training_state


def test_nothing_yet(tmp_path: Path) -> None:
    assert load_state(tmp_path) is None


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    save_state(tmp_path / "run", {"a": torch.arange(3.0)}, {"step": 7, "score": 0.5})
    found = load_state(tmp_path / "run")
    assert found is not None
    assert found[0]["a"].tolist() == [0, 1, 2]
    assert found[1] == {"step": 7, "score": 0.5}
    assert [one.name for one in (tmp_path / "run").iterdir()] == ["state.safetensors"]


def test_a_broken_one_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "state.safetensors").write_bytes(b"half of it")
    with pytest.raises(SourceError, match="broken") as caught:
        load_state(tmp_path)
    assert "delete the file" in str(caught.value)


def test_training_goes_on_as_if_it_had_not_been_stopped(tmp_path: Path) -> None:
    def fresh() -> tuple[torch.nn.Module, torch.optim.Optimizer]:
        torch.manual_seed(3)
        model = torch.nn.Linear(2, 2)
        return model, torch.optim.AdamW(model.parameters(), lr=0.1)

    def step(model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        optimizer.zero_grad()

    one, optimizer = fresh()
    step(one, optimizer)
    save_state(tmp_path, training_state(one, optimizer), {})
    step(one, optimizer)
    other, again = fresh()
    stored = load_state(tmp_path)
    assert stored is not None
    restore(other, again, stored[0])
    step(other, again)
    assert torch.equal(one.weight, other.weight)

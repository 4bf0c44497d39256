"""Checkpoints of a training: tensors as safetensors, the rest as JSON, whole or not at all. Nothing is unpickled.

>>> save_state(Path("run"), {"weight": torch.ones(2)}, {"step": 10})  # doctest: +SKIP
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nanocart.errors import SourceError

if TYPE_CHECKING:
    import torch

_TENSORS: Final = "state.safetensors"


def save_state(folder: Path, tensors: Mapping[str, torch.Tensor], rest: Mapping[str, Any]) -> None:
    """Write a checkpoint into a folder, in place of the one that is there; a kill at any moment leaves one of the two.

    The rest (JSON) lies in the safetensors file itself, so that the two cannot be of different moments.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{_TENSORS}.part"
    plain = {name: one.detach().contiguous().cpu() for name, one in tensors.items()}
    save_file(plain, part, {"rest": json.dumps(rest)})
    part.replace(folder / _TENSORS)


def load_state(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
    """The checkpoint of a folder; None where there is none. Raises `SourceError` where it is broken."""
    from safetensors import SafetensorError, safe_open

    path = folder / _TENSORS
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as stream:
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118 - not a mapping
            return tensors, json.loads((stream.metadata() or {})["rest"])
    except (SafetensorError, KeyError, ValueError) as error:
        raise SourceError(
            f"the checkpoint is broken: {error}", source=str(path), hint="delete the file to begin again"
        ) from error


def training_state(model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """The tensors of a model and of its optimiser, by names that tell which is which."""
    import torch

    found = {f"model.{name}": one for name, one in model.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        found |= {f"optimizer.{number}.{key}": torch.as_tensor(one) for key, one in state.items()}
    # Weights that are tied are one tensor under two names, which safetensors refuses.
    return {name: one.clone() for name, one in found.items()}


def restore(model: torch.nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor]) -> None:
    """Put the tensors of `training_state` back."""
    own = {name.removeprefix("model."): one for name, one in tensors.items() if name.startswith("model.")}
    model.load_state_dict(own)
    state: dict[int, dict[str, Any]] = {}
    for name, one in tensors.items():
        if name.startswith("optimizer."):
            _, number, key = name.split(".", 2)
            state.setdefault(int(number), {})[key] = one
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})

"""Training: from a configuration to a folder with weights. Needs the extra `train`.

A run writes `log.csv`, a checkpoint after each epoch, and the best model so far by its score on dev; started again, it
goes on after the last whole epoch. On a CPU two runs with one seed give the same weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from nanocart.models.about import FOREIGN, OWN
from nanocart.models.devices import best_device, mixed_precision
from nanocart.models.encoding import Cutter
from nanocart.models.learning.checkpoints import load_state, restore, save_state, training_state
from nanocart.models.learning.config import Config
from nanocart.models.learning.examples import Example
from nanocart.models.learning.losses import own_losses, scope_loss, states_of, tag_loss
from nanocart.models.learning.network import Network

COLUMNS: Final = ("epoch", "step", "rate", "tags", "attributes", "pairs", "scope", "foreign", "auxiliary", "dev")

_FOREIGN_HEAD: Final = (f"heads.tags.{FOREIGN}.", f"heads.hinted.{FOREIGN}.")


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learnt from: our own and the user's documents, all in every epoch, and those of public corpora."""

    own: Sequence[Example]
    auxiliary: Sequence[Example] = ()


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch gave: its number, its mean losses by name, and the score on dev (None where there is no dev)."""

    number: int
    losses: dict[str, float]
    score: float | None


def batches(examples: Sequence[Example], pieces: int, seed: int) -> Iterator[list[Example]]:
    """The examples in a random order, those of one task and of like length together, at most `pieces` a batch."""
    dice = np.random.default_rng(seed)
    groups: list[list[Example]] = []
    # Length differs by chance within a batch, so that a batch is not always of the same texts.
    order = sorted(examples, key=lambda one: (one.task, one.pieces * dice.uniform(0.8, 1.25)))
    for one in order:
        last = groups[-1] if groups else None
        if last and last[0].task == one.task and sum(other.pieces for other in last) + one.pieces <= pieces:
            last.append(one)
        else:
            groups.append([one])
    for at in dice.permutation(len(groups)):
        yield groups[at]


def fit(
    network: Network,
    cutter: Cutter,
    lessons: Lessons,
    config: Config,
    folder: Path,
    *,
    score: Callable[[Network], float] | None = None,
    device: str | None = None,
    told: Callable[[Epoch], None] = lambda epoch: None,
    moved: Callable[[int, int], None] = lambda step, steps: None,
) -> Network:
    """Train a network on examples and return it as it was when `score` was best.

    `told` is called after each epoch, `moved` after each step. Raises `FloatingPointError` where the loss is not a
    number, with what to do.
    """
    run = _Run(network.to(device or best_device()), cutter, lessons, config, folder)
    run.resume()
    with _exact(run.device == "cpu"):
        while run.epoch < config.training.epochs and not run.tired:
            losses = run.through(moved)
            value = score(network.eval()) if score else None
            run.close(losses, value)
            told(Epoch(run.epoch, losses, value))
    return run.best()


def _rate_of(parameter: str) -> str:
    """The name of the rate by which a parameter is learnt."""
    if parameter.startswith("encoder."):
        return "rate"
    return "foreign_rate" if parameter.startswith(_FOREIGN_HEAD) else "head_rate"


@contextmanager
def _exact(wanted: bool) -> Iterator[None]:
    """Sums over threads in one order, so that a seed gives one model."""
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(before or wanted)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)


class _Run:
    """The state of a training."""

    def __init__(self, network: Network, cutter: Cutter, lessons: Lessons, config: Config, folder: Path) -> None:
        self.network, self.cutter, self.lessons = network, cutter, lessons
        self.config, self.settings, self.folder = config, config.training, folder
        self.device = next(network.parameters()).device.type
        self.optimizer = self._optimizer()
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.epoch = self.step = 0
        self.score = -math.inf
        self.score_epoch = 0
        own, other = (sum(one.pieces for one in found) for found in (lessons.own, lessons.auxiliary))
        pieces = own + min(self.settings.auxiliary_share * own, other)
        # Batches are filled to about 85 %, since texts are not cut for them.
        batches = pieces / (0.85 * self.settings.pieces * self.settings.accumulate)
        self.steps = max(1, math.ceil(self.settings.epochs * batches))

    def _optimizer(self) -> torch.optim.AdamW:
        plain = ("bias", "LayerNorm.weight", "norm.weight")
        groups: dict[tuple[str, bool], list[Any]] = {}
        for name, one in self.network.named_parameters():
            groups.setdefault((_rate_of(name), name.endswith(plain)), []).append(one)
        return torch.optim.AdamW(
            [
                {
                    "params": found,
                    "lr": getattr(self.settings, rate),
                    "weight_decay": 0.0 if bare else self.settings.decay,
                }
                for (rate, bare), found in groups.items()
            ],
            # One rule for all tensors of a group is not worth different bits on different machines.
            foreach=False,
        )

    @property
    def tired(self) -> bool:
        """Whether dev has not improved for as long as was asked for."""
        return bool(self.settings.patience) and self.epoch - self.score_epoch >= self.settings.patience

    def resume(self) -> None:
        """Go on from the checkpoint, where there is one."""
        found = load_state(self.folder / "last")
        if found is None:
            return
        restore(self.network, self.optimizer, found[0])
        rest = found[1]
        self.epoch, self.step = rest["epoch"], rest["step"]
        self.score, self.score_epoch = rest["score"], rest["score_epoch"]

    def through(self, moved: Callable[[int, int], None]) -> dict[str, float]:
        """One epoch; the mean of each loss over its batches."""
        self.network.train()
        seed = self.settings.seed * 100_003 + self.epoch
        torch.manual_seed(seed)
        sums: dict[str, list[float]] = {}
        dice = np.random.default_rng(seed)
        drawn = self._drawn(dice)
        count = 0
        for count, group in enumerate(batches([*self.lessons.own, *drawn], self.settings.pieces, seed), 1):
            hints = [self._hints(one, dice) for one in group]
            with mixed_precision(self.device):
                losses = self._losses(group, hints)
            loss = sum(losses.values())
            if not isinstance(loss, torch.Tensor) or not torch.isfinite(loss):
                raise FloatingPointError("the loss is no number any more: lower training.rate and training.head_rate")
            (loss / self.settings.accumulate).backward()  # type: ignore[no-untyped-call]
            for name, one in losses.items():
                sums.setdefault(name, []).append(float(one.detach()))
            if count % self.settings.accumulate == 0:
                self._advance()
            moved(self.step, self.steps)
        if count % self.settings.accumulate:
            self._advance()
        self.epoch += 1
        return {name: float(np.mean(found)) for name, found in sums.items()}

    def _advance(self) -> None:
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        share = min(1.0, self.step / self.steps)
        factor = min(share / self.settings.warmup if self.settings.warmup else 1.0, 1 - share)
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * max(factor, 0.01)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1

    def _drawn(self, dice: np.random.Generator) -> list[Example]:
        """The auxiliary documents of an epoch."""
        left = self.settings.auxiliary_share * sum(one.pieces for one in self.lessons.own)
        found = []
        for at in dice.permutation(len(self.lessons.auxiliary)):
            if left <= 0:
                break
            found.append(self.lessons.auxiliary[at])
            left -= self.lessons.auxiliary[at].pieces
        return found

    def _hints(self, one: Example, dice: np.random.Generator) -> Any:
        """The hints of a document, some of them hidden, so that the words are read too."""
        if not self.config.model.hints:
            return np.zeros_like(one.hints)
        keep = dice.random(len(one.hints)) >= self.settings.hint_dropout
        return np.where(keep, one.hints, 0)

    def _losses(self, group: list[Example], hints: Sequence[Any]) -> dict[str, torch.Tensor]:
        states = states_of(self.network, self.cutter, group, hints, self.device)
        if group[0].task != OWN:
            name = FOREIGN if group[0].task == FOREIGN else "auxiliary"
            return {name: tag_loss(self.network, states, group, hints, self.settings.smoothing)}
        losses = {"scope": self.settings.scope_weight * scope_loss(self.network, states, group)}
        # What is out of scope is not annotated: whether it has mentions is not known.
        inside = [at for at, one in enumerate(group) if one.scope != 0]
        if not inside:
            return losses
        states, group, hints = [states[at] for at in inside], [group[at] for at in inside], [hints[at] for at in inside]
        attributes, pairs = own_losses(self.network, states, group)
        return {
            "tags": tag_loss(self.network, states, group, hints, self.settings.smoothing),
            "attributes": self.settings.attributes_weight * attributes,
            "pairs": self.settings.pairs_weight * pairs,
            **losses,
        }

    def close(self, losses: dict[str, float], value: float | None) -> None:
        """Keep the best model and the checkpoint, and write the log."""
        if value is None or value > self.score:
            self.score, self.score_epoch = (value if value is not None else 0.0), self.epoch
            save_state(self.folder / "best", {f"model.{k}": v for k, v in self.network.state_dict().items()}, {})
        rest = {"epoch": self.epoch, "step": self.step, "score": self.score, "score_epoch": self.score_epoch}
        save_state(self.folder / "last", training_state(self.network, self.optimizer), rest)
        log = self.folder / "log.csv"
        lines = log.read_text("utf-8").splitlines()[: self.epoch] if log.is_file() else [",".join(COLUMNS)]
        row: dict[str, Any] = {"epoch": self.epoch, "step": self.step, "rate": self.optimizer.param_groups[0]["lr"]}
        row |= {name: round(one, 5) for name, one in losses.items()} | {"dev": value}
        lines.append(",".join(str(row.get(name, "")) for name in COLUMNS))
        log.write_text("\n".join(lines) + "\n", "utf-8")

    def best(self) -> Network:
        """The network as it was best."""
        found = load_state(self.folder / "best")
        if found is not None:
            self.network.load_state_dict({name.removeprefix("model."): one for name, one in found[0].items()})
        return self.network.eval()

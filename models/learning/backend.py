"""The network run by torch: in training, and where there is a GPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from nanocart.models.about import READ
from nanocart.models.backend import Array
from nanocart.models.devices import mixed_precision
from nanocart.models.heads import PAIRS
from nanocart.models.learning.network import Network


class TorchBackend:
    """Runs a network on a device, on a GPU in bfloat16; it reads by those of the tasks that the network has."""

    def __init__(self, network: Network, device: str = "cpu", tasks: Sequence[str] = READ) -> None:
        self.network = network.to(device).eval()
        self.device = torch.device(device)
        self.tasks = [name for name in tasks if name in network.heads.tags]

    def encode(self, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Backend`. A batch for which the memory does not suffice is read in halves."""
        rows = len(given["input_ids"])
        try:
            return self._encode(given)
        except torch.OutOfMemoryError:
            if rows == 1:
                raise
            torch.cuda.empty_cache()
        halves = [slice(0, rows // 2), slice(rows // 2, rows)]
        found = [self.encode({name: one[half] for name, one in given.items()}) for half in halves]
        states, scores = (np.concatenate(part) for part in zip(*found, strict=True))
        return states, scores

    def _encode(self, given: Mapping[str, Array]) -> tuple[Array, Array]:
        with torch.inference_mode(), mixed_precision(self.device.type):
            there = self._there(given)
            states = self.network(**there)
            hints = there["hints"].gather(1, there["firsts"])
            scores = torch.cat([self.network.heads.tag_scores(name, states, hints) for name in self.tasks], -1)
        return states.float().cpu().numpy(), scores.float().cpu().numpy()

    def scope(self, states: Array, title: int) -> float:
        """See `Backend`."""
        with torch.inference_mode():
            return float(self.network.heads.scope_score(self._there({"states": states})["states"], title))

    def mentions(self, states: Array, spans: Array) -> tuple[Array, Mapping[str, Array]]:
        """See `Backend`."""
        with torch.inference_mode():
            there = self._there({"states": states, "spans": spans})
            vectors = self.network.heads.mentions(there["states"], there["spans"])
            scores = {name: head(vectors).cpu().numpy() for name, head in self.network.heads.attributes.items()}
        return vectors.cpu().numpy(), scores

    def pairs(self, states: Array, mentions: Array, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Backend`."""
        found: list[tuple[Array, Array]] = []
        with torch.inference_mode():
            there = self._there({"states": states, "mentions": mentions})
            # A book has millions of pairs: their hidden states are not held at once.
            for at in range(0, max(1, len(given["head"])), PAIRS):
                some = self._there({name: one[at : at + PAIRS] for name, one in given.items()})
                scores = self.network.heads.pairs(there["states"], there["mentions"], some)
                found.append((scores[0].cpu().numpy(), scores[1].cpu().numpy()))
        joins, certainty = zip(*found, strict=True)
        return np.concatenate(joins), np.concatenate(certainty)

    def _there(self, given: Mapping[str, Array]) -> dict[str, Any]:
        return {
            name: torch.from_numpy(one if one.dtype == np.float32 else one.astype(np.int64)).to(self.device)
            for name, one in given.items()
        }

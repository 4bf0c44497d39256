"""The network run by torch: in training, and where there is a GPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from nanocart.models.backend import Array
from nanocart.models.learning.examples import OWN
from nanocart.models.learning.network import Network


class TorchBackend:
    """Runs a network on a device; on a GPU in bfloat16."""

    def __init__(self, network: Network, device: str = "cpu", task: str = OWN) -> None:
        self.network = network.to(device).eval()
        self.device = device
        self.task = task

    def encode(self, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Backend`."""
        with torch.inference_mode(), torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
            there = self._there(given)
            states = self.network(**there)
            scores = self.network.heads.tag_scores(self.task, states, there["hints"])
        return states.float().cpu().numpy(), scores.float().cpu().numpy()

    def mentions(self, states: Array, spans: Array) -> tuple[Array, Mapping[str, Array]]:
        """See `Backend`."""
        with torch.inference_mode():
            there = self._there({"states": states, "spans": spans})
            vectors = self.network.heads.mentions(there["states"], there["spans"])
            scores = {name: head(vectors).cpu().numpy() for name, head in self.network.heads.attributes.items()}
        return vectors.cpu().numpy(), scores

    def pairs(self, states: Array, mentions: Array, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Backend`."""
        with torch.inference_mode():
            there = self._there({"states": states, "mentions": mentions})
            joins, certainty = self.network.heads.pairs(there["states"], there["mentions"], self._there(given))
        return joins.cpu().numpy(), certainty.cpu().numpy()

    def _there(self, given: Mapping[str, Array]) -> dict[str, Any]:
        return {
            name: torch.from_numpy(one if one.dtype == np.float32 else one.astype(np.int64)).to(self.device)
            for name, one in given.items()
        }

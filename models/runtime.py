"""The network without torch: its encoder by ONNX Runtime, its heads by numpy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from nanocart.errors import SourceError
from nanocart.models.backend import Array
from nanocart.models.heads import Heads

ENCODER: Final = "encoder.onnx"
HEADS: Final = "heads.safetensors"


class OnnxBackend:
    """Runs a model's folder on the processor.

    Each window is read by itself, without padding, so that what is found in a document does not depend on what else is
    read.
    """

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from safetensors.numpy import load_file

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # The matrices are made float32 once, at loading, and not at each call.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        try:
            self.session = onnxruntime.InferenceSession(
                str(folder / ENCODER), options, providers=["CPUExecutionProvider"]
            )
            self.heads = Heads(load_file(folder / HEADS))
        except Exception as error:  # those of ONNX Runtime have no base of their own
            why = (str(error) or type(error).__name__).strip().splitlines()[-1]
            raise SourceError(f"the model is broken: {why}", source=str(folder), hint="save it anew") from error

    def encode(self, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Backend`."""
        lengths = given["attention_mask"].sum(1)
        states, scores = (
            np.zeros((*given["input_ids"].shape, one.shape[-1]), dtype=np.float32) for one in self.session.get_outputs()
        )
        for row, length in enumerate(lengths.tolist()):
            window = {name: given[name][row : row + 1, :length] for name in ("input_ids", "cases", "hints")}
            found = self.session.run(None, window)
            states[row, :length], scores[row, :length] = (one[0] for one in found)
        return states, scores

    def mentions(self, states: Array, spans: Array) -> tuple[Array, Mapping[str, Array]]:
        """See `Backend`."""
        return self.heads.mentions(states, spans)

    def pairs(self, states: Array, mentions: Array, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Backend`."""
        return self.heads.pairs(states, mentions, given)

"""The network without torch: its encoder by ONNX Runtime, its heads by numpy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from nanocart.errors import SourceError
from nanocart.models.backend import Array
from nanocart.models.devices import cores
from nanocart.models.heads import Heads

ENCODER: Final = "encoder.onnx"
HEADS: Final = "heads.safetensors"
_INPUTS: Final = ("input_ids", "cases", "hints", "firsts")
"""What the encoder is given; see `nanocart.models.encoding.batch`."""


class OnnxBackend:
    """Runs a model's folder on the processor. Raises `SourceError` where the folder is broken.

    Each window is read by itself, without padding, so that what is found in a document does not depend on what else is
    read; several windows are read at once, by one thread each.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open(cores())

    def _open(self, threads: int) -> None:
        import onnxruntime
        from safetensors.numpy import load_file
        from threadpoolctl import ThreadpoolController

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Threads within a window would wait for each other most of the time.
        options.intra_op_num_threads = 1
        # The matrices are made float32 once, at loading, and not at each call.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        try:
            # What that fusion makes normalises one number at a time.
            self._session = onnxruntime.InferenceSession(
                str(self.folder / ENCODER),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=["SkipLayerNormFusion"],
            )
            if {one.name for one in self._session.get_inputs()} != set(_INPUTS):
                raise ValueError(f"{ENCODER} is of another version of nanocart")
            self.heads = Heads(load_file(self.folder / HEADS))
        except Exception as error:  # those of ONNX Runtime have no base of their own
            why = (str(error) or type(error).__name__).strip().splitlines()[-1]
            raise SourceError(f"the model is broken: {why}", source=str(self.folder), hint="save it anew") from error
        self._threads = ThreadPoolExecutor(threads)
        # numpy's own threads would take the cores from those that read, and its products here are small.
        self._blas = ThreadpoolController()
        self._process = os.getpid()

    def __getstate__(self) -> Path:
        return self.folder

    def __setstate__(self, folder: Path) -> None:
        self.folder = folder
        self._open(1)

    def encode(self, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Backend`."""
        if self._process != os.getpid():
            # Threads do not live on in a forked process; one of several processes has one core.
            self._open(1)
        lengths, counts = (np.count_nonzero(given[name], 1).tolist() for name in ("attention_mask", "firsts"))
        states, scores = (
            np.zeros((*given["firsts"].shape, one.shape[-1]), dtype=np.float32) for one in self._session.get_outputs()
        )

        def read(row: int) -> None:
            length, count = lengths[row], counts[row]
            window = {name: given[name][row, : count if name == "firsts" else length] for name in _INPUTS}
            states[row, :count], scores[row, :count] = self._session.run(None, window)

        list(self._threads.map(read, range(len(lengths))))
        return states, scores

    def scope(self, states: Array, title: int) -> float:
        """See `Backend`."""
        return self.heads.scope(states, title)

    def mentions(self, states: Array, spans: Array) -> tuple[Array, Mapping[str, Array]]:
        """See `Backend`."""
        with self._blas.limit(limits=1, user_api="blas"):
            return self.heads.mentions(states, spans)

    def pairs(self, states: Array, mentions: Array, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Backend`."""
        with self._blas.limit(limits=1, user_api="blas"):
            return self.heads.pairs(states, mentions, given)

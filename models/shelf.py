"""Where models lie, and how one is taken off the shelf."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from nanocart.errors import SourceError, UsageError
from nanocart.models.about import FILE, About
from nanocart.models.devices import best_device
from nanocart.models.encoding import Cutter
from nanocart.models.reader import Reader
from nanocart.models.runtime import ENCODER, HEADS, OnnxBackend

SHIPPED: Final = Path(__file__).parent / "weights"
"""The model that comes with nanocart."""


def is_model(folder: str | Path) -> bool:
    """Whether a folder is that of a model which `nanocart train` made."""
    return (Path(folder) / FILE).is_file()


def fingerprint(folder: str | Path) -> str:
    """Eight digits of the hash (SHA-256) of what a model's folder says of itself and of its heads."""
    parts = (Path(folder) / name for name in (FILE, HEADS))
    return hashlib.sha256(b"".join(one.read_bytes() for one in parts)).hexdigest()[:8]


def reader_of(folder: str | Path, device: str | None = None, *, min_confidence: float = 0.0) -> Reader:
    """The reader of a model's folder, on the device that is asked for or the best one that there is.

    A device is "cpu" or one of torch's ("cuda", "cuda:1", "mps"). On the processor the model is run by ONNX Runtime,
    and torch is not imported. Mentions, relations and rows below `min_confidence` are left out. Raises `SourceError`
    where the folder is broken, and `UsageError` where the device is not there, or what it needs is not installed.
    """
    where = Path(folder)
    about = About.read(where)
    chosen = device or best_device()
    if chosen == "cpu" and (where / ENCODER).is_file():
        cutter, backend = _cutter(where), OnnxBackend(where)
        return Reader(backend, cutter, about, folder=where, min_confidence=min_confidence)
    try:
        from nanocart.models.learning.backend import TorchBackend
        from nanocart.models.learning.folder import from_pretrained
    except ModuleNotFoundError as error:
        why = f"the model needs {error.name}, which is not installed"
        raise UsageError(why, hint='pip install "nanocart[gpu]"') from error
    trained = from_pretrained(where)
    try:
        network = TorchBackend(trained.network, chosen)
    except (RuntimeError, AssertionError) as error:  # torch says both of a device that is not there
        why = f"the device {chosen!r} cannot be used: {str(error).splitlines()[0]}"
        raise UsageError(why, hint="leave the device out, or name 'cpu'") from error
    cutter = Cutter(trained.tokenizer.backend_tokenizer)
    return Reader(network, cutter, about, folder=where, min_confidence=min_confidence)


def _cutter(folder: Path) -> Cutter:
    path = folder / "tokenizer.json"
    try:
        return Cutter.from_file(path)
    except Exception as error:  # tokenizers raises nothing narrower
        raise SourceError(f"the tokenizer is broken: {error}", source=str(path), hint="save the model anew") from error

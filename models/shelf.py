"""Where models lie, and how one is taken off the shelf."""

from __future__ import annotations

from pathlib import Path

from nanocart.errors import UsageError
from nanocart.models.encoding import Cutter
from nanocart.models.reader import Reader


def is_model(folder: str | Path) -> bool:
    """Whether a folder is that of a model which `nanocart train` made."""
    return (Path(folder) / "nanocart.json").is_file()


def reader_of(folder: str | Path, device: str | None = None) -> Reader:
    """The reader of a model's folder, on the device that is asked for or the best one that there is.

    Raises `SourceError` where the folder is broken, and `UsageError` where what it needs is not installed.
    """
    try:
        from nanocart.models.learning.backend import TorchBackend
        from nanocart.models.learning.examples import OWN
        from nanocart.models.learning.folder import from_pretrained
        from nanocart.models.learning.training import device_of
    except ModuleNotFoundError as error:
        why = f"the model needs {error.name}, which is not installed"
        raise UsageError(why, hint='pip install "nanocart[train]"') from error
    trained = from_pretrained(folder)
    return Reader(
        TorchBackend(trained.network, device_of(device)),
        Cutter(trained.tokenizer.backend_tokenizer),
        trained.tags[OWN],
        window=trained.window,
        use_hints=trained.hints,
        name=f"model {Path(folder).name}",
    )

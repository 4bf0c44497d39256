"""A trained model as a folder: a plain encoder for `transformers.AutoModel`, and beside it what is ours.

`config.json`, `model.safetensors` and `tokenizer.json` are the encoder's; `nanocart.json` says what the heads are and
`heads.safetensors` holds them. Nothing is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from nanocart import __version__
from nanocart.corpora.saving import whole_folder
from nanocart.errors import SourceError
from nanocart.models.labels import Tags
from nanocart.models.learning.encoders import load_encoder
from nanocart.models.learning.network import Network, Shape

FORMAT: Final = 1
"""The number of this layout; it changes when older folders cannot be read any more."""
_ABOUT: Final = "nanocart.json"
_HEADS: Final = "heads.safetensors"


@dataclass(frozen=True, slots=True)
class Trained:
    """A network with its tokeniser, the tags of each task, and how texts are cut for it."""

    network: Network
    tokenizer: Any
    tags: Mapping[str, Tags]
    window: int
    hints: bool


def save_pretrained(trained: Trained, folder: str | Path, shape: Shape) -> None:
    """Write the folder, whole or not at all. Raises `OSError` where it cannot be written."""
    from safetensors.torch import save_file

    about = {
        "format": FORMAT,
        "version": __version__,
        "window": trained.window,
        "hints": trained.hints,
        "shape": asdict(shape),
        "tags": {name: list(one.labels) for name, one in trained.tags.items()},
    }
    state = trained.network.state_dict()
    heads = {name: one.contiguous().cpu() for name, one in state.items() if not name.startswith("encoder.")}
    with whole_folder(Path(folder)) as inside:
        trained.network.encoder.save_pretrained(inside, safe_serialization=True)
        trained.tokenizer.save_pretrained(inside)
        save_file(heads, inside / _HEADS)
        (inside / _ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")


def from_pretrained(folder: str | Path) -> Trained:
    """The model of a folder. Raises `SourceError` where a part is missing, broken, or of another layout."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    where = Path(folder)
    about = read_about(where)
    try:
        tokenizer, encoder = load_encoder(str(where))
        tags = {name: Tags(labels) for name, labels in about["tags"].items()}
        network = Network(encoder, {name: len(one.names) for name, one in tags.items()}, Shape(**about["shape"]))
        lacking, unknown = network.load_state_dict(load_file(where / _HEADS), strict=False)
        if unknown or any(not name.startswith("encoder.") for name in lacking):
            raise KeyError(f"{_HEADS} holds other heads than {_ABOUT} says")
    except (SafetensorError, OSError, RuntimeError, KeyError, TypeError) as error:
        raise SourceError(f"the model is broken: {error}", source=str(where), hint="save it anew") from error
    return Trained(network.eval(), tokenizer, tags, about["window"], about["hints"])


def read_about(folder: Path) -> dict[str, Any]:
    """What `nanocart.json` says. Raises `SourceError` where it is missing, no JSON, or of another layout."""
    path = folder / _ABOUT
    try:
        about = json.loads(path.read_text("utf-8"))
    except OSError as error:
        why = f"no model there: {error.strerror}"
        raise SourceError(why, source=str(path), hint="name the folder of a model") from error
    except ValueError as error:
        raise SourceError(f"not JSON: {error}", source=str(path), hint="save the model anew") from error
    found = about.get("format") if isinstance(about, dict) else about
    if found != FORMAT:
        why = f"the model has format {found!r}, and this version reads {FORMAT}"
        raise SourceError(why, source=str(path), hint="use the version of nanocart that wrote it")
    return dict(about)

"""A trained model as a folder: a plain encoder for `transformers.AutoModel`, and beside it what is ours.

`config.json`, `model.safetensors` and `tokenizer.json` are the encoder's; `nanocart.json` says what the heads are,
`heads.safetensors` holds them, and `encoder.onnx` is what is read with where there is no GPU. Nothing is pickled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nanocart.corpora.saving import whole_folder
from nanocart.errors import SourceError, UsageError
from nanocart.models.about import About
from nanocart.models.labels import Tags
from nanocart.models.learning.encoders import load_encoder
from nanocart.models.learning.network import Network, Shape
from nanocart.models.runtime import ENCODER, HEADS


@dataclass(frozen=True, slots=True)
class Trained:
    """A network with its tokeniser and what is known of it."""

    network: Network
    tokenizer: Any
    about: About


def save_pretrained(trained: Trained, folder: str | Path, *, half: bool = False) -> None:
    """Write the folder, whole or not at all; weights in float16 where they are to be `half` as large.

    An encoder that cannot be written as ONNX is left to torch. Raises `OSError` where the folder cannot be written.
    """
    from safetensors.torch import save_file

    # Whoever only reads, on a GPU, does without onnx.
    from nanocart.models.learning.export import as_onnx, to_onnx

    encoder = trained.network.encoder
    heads = {
        name: one.contiguous().cpu()
        for name, one in trained.network.state_dict().items()
        if not name.startswith("encoder.")
    }
    with whole_folder(Path(folder)) as inside:
        if as_onnx(encoder):
            to_onnx(trained.network, inside / ENCODER)
        (encoder.half() if half else encoder).save_pretrained(inside, safe_serialization=True)
        encoder.float()
        trained.tokenizer.save_pretrained(inside)
        save_file(heads, inside / HEADS)
        trained.about.write(inside)


def from_pretrained(folder: str | Path) -> Trained:
    """The model of a folder. Raises `SourceError` where a part is missing, broken, or of another version."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    where = Path(folder)
    about = About.read(where)
    try:
        tokenizer, encoder = load_encoder(str(where), whole=True)
        tags = {name: len(Tags(labels).names) for name, labels in about.tags.items()}
        network = Network(encoder, tags, Shape(**about.shape))
        lacking, unknown = network.load_state_dict(load_file(where / HEADS), strict=False)
        free = ("encoder.",) if about.scope else ("encoder.", "heads.scope.")
        if unknown or any(not name.startswith(free) for name in lacking):
            raise KeyError(f"{HEADS} holds other heads than it should")
    except (SafetensorError, OSError, RuntimeError, KeyError, TypeError, UsageError) as error:
        why = error.args[0] if error.args else error
        raise SourceError(f"the model is broken: {why}", source=str(where), hint="save it anew") from error
    return Trained(network.eval(), tokenizer, about)

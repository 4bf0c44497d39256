"""The settings of a training, one TOML file; every key has a default, and a key that does not exist is refused.

>>> Config.parse("[training]\\nepochs = 3").training.epochs
3
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from nanocart.errors import UsageError
from nanocart.models.encoding import OVERLAP


@dataclass(frozen=True, slots=True)
class Data:
    """What is learnt from. Sources are `gold:train`, `written`, or files and folders that nanocart reads."""

    train: tuple[str, ...] = ("gold:train", "written")
    mentions: tuple[str, ...] = ()
    """Sources from which scope, mentions and what is said of them are learnt, and no relations or findings."""
    dev: tuple[str, ...] = ("gold:dev",)
    foreign: tuple[str, ...] = ()
    """Sources with labels of your own, which are learnt by a head beside that of nanocart's labels. All that has such a
    label is taken to be annotated in them; documents that have nanocart's labels too teach these as well. What `train`
    names keeps those from being forgotten."""
    auxiliary: tuple[str, ...] = ()
    """Names of public corpora (see `nanocart.models.auxiliary`), each learnt with a head of its own."""
    texts: str = ""
    """Where the texts of the gold set and the public corpora lie; empty: what `NANOCART_DATA` names."""


@dataclass(frozen=True, slots=True)
class Model:
    """The network."""

    encoder: str = "minilm"
    """`minilm`, a Hugging Face name, or a folder, such as one that `nanocart.models.learning.adapting` wrote."""
    init: str = ""
    """A trained model to go on from instead: its folder, or `nanocart`, the one that is shipped. Its encoder, window
    and sizes are then taken."""
    layers: int = 0
    """So many of the layers alone, chosen evenly, for a model that reads quicker; 0: all."""
    neurons: int = 0
    """So many neurons of each layer's feed-forward part alone, those with the largest weights; 0: all."""
    window: int = 512
    """Pieces that are read at once, no more than the encoder has positions for; longer texts are read in windows."""
    mention: int = 256
    pair: int = 128
    dropout: float = 0.1
    hints: bool = True
    """Whether the lexicon's matches are read beside the words."""


@dataclass(frozen=True, slots=True)
class Training:
    """The schedule."""

    epochs: int = 12
    """Passes over our own documents."""
    pieces: int = 4096
    """Pieces of a step, at most; texts of like length go together."""
    accumulate: int = 1
    """Batches whose gradients are added up before a step."""
    rate: float = 2e-4
    head_rate: float = 1e-3
    foreign_rate: float = 5e-3
    """Of the head of `data.foreign`, which begins with nothing where the others may go on."""
    warmup: float = 0.06
    decay: float = 0.01
    auxiliary_share: float = 1.0
    """Pieces of public corpora for each piece of our own, drawn anew in every epoch."""
    attributes_weight: float = 0.3
    scope_weight: float = 0.1
    pairs_weight: float = 0.5
    smoothing: float = 0.0
    hint_dropout: float = 0.2
    patience: int = 4
    """Epochs without a better score on dev after which training stops; 0: never."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Config:
    """All settings."""

    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    training: Training = field(default_factory=Training)

    @classmethod
    def parse(cls, text: str, source: str = "") -> Config:
        """The settings of a TOML text. Raises `UsageError` that names what is wrong and what there is."""
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{source or 'the configuration'} is not TOML: {error}", hint="see --defaults") from error
        known = {one.name: one.type for one in fields(cls)}
        _refuse(tables, known, source, "table")
        return cls(**{name: _filled(section, tables.get(name, {}), source) for name, section in _SECTIONS.items()})

    @classmethod
    def read(cls, path: str | Path) -> Config:
        """The settings of a file. Raises `UsageError` where it cannot be read or is wrong."""
        try:
            return cls.parse(Path(path).read_text("utf-8"), str(path))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}", hint="name a TOML file; --defaults prints one") from error

    @classmethod
    def gentle(cls) -> Config:
        """Settings for fitting a trained model to a few documents more: few epochs, low rates, nothing held back.

        Documents with other labels come beside the shipped ones, so that nanocart's labels are not forgotten.
        """
        training = Training(epochs=6, pieces=2048, rate=5e-5, head_rate=2e-4, patience=0)
        return cls(Data(train=("written",), dev=()), Model(), training)

    def begun_from(self, model: str | None = None, data: Sequence[str] = (), foreign: Sequence[str] = ()) -> Config:
        """The settings with a model to go on from, and documents to learn from, where they are given.

        >>> Config().begun_from(foreign=["genes/"]).data.foreign
        ('genes/',)
        """
        return replace(
            self,
            model=replace(self.model, init=model) if model else self.model,
            data=replace(self.data, train=tuple(data) or self.data.train, foreign=tuple(foreign) or self.data.foreign),
        )

    def to_toml(self) -> str:
        """Every setting with its value, as TOML that `parse` reads.

        >>> Config.parse(Config().to_toml()) == Config()
        True
        """
        lines = []
        for name, section in asdict(self).items():
            lines.append(f"[{name}]")
            lines += [f"{key} = {_toml(value)}" for key, value in section.items()]
            lines.append("")
        return "\n".join(lines)


_SECTIONS: Final = {"data": Data, "model": Model, "training": Training}


_RANGES: Final = {
    "epochs": (1, math.inf),
    "pieces": (1, math.inf),
    "accumulate": (1, math.inf),
    "window": (2 * OVERLAP, math.inf),
    "mention": (1, math.inf),
    "pair": (1, math.inf),
    "dropout": (0, 0.9),
    "warmup": (0, 1),
    "smoothing": (0, 0.9),
    "hint_dropout": (0, 1),
}
"""What a number may be, where it is more than not negative."""


def _within(low: float, high: float) -> str:
    return f"at least {low}" if high == math.inf else f"between {low} and {high}"


def _filled(section: Any, given: Any, source: str) -> Any:
    if not isinstance(given, dict):
        raise UsageError(f"{source}: [{section.__name__.lower()}] is not a table")
    defaults = asdict(section())
    _refuse(given, defaults, source, "key")
    values: dict[str, Any] = {}
    for key, value in given.items():
        wanted = type(defaults[key])
        if wanted is tuple and isinstance(value, list) and all(isinstance(one, str) for one in value):
            values[key] = tuple(value)
        elif wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
            values[key] = float(value)
        elif wanted is type(value):
            values[key] = value
        else:
            kind = {tuple: "a list of strings", float: "a number", int: "a whole number", str: "a string"}
            raise UsageError(f"{source}: {key} = {value!r} is not {kind.get(wanted, 'true or false')}")
        low, high = _RANGES.get(key, (0, math.inf))
        if wanted in (int, float) and not low <= values[key] <= high:
            raise UsageError(f"{source}: {key} = {value!r} is not {_within(low, high)}")
    return section(**values)


def _refuse(given: dict[str, Any], known: Any, source: str, what: str) -> None:
    for key in given:
        if key not in known:
            raise UsageError(f"{source}: there is no {what} {key!r}", hint=f"one of: {', '.join(known)}")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)

"""What a model's folder says of itself: `nanocart.json`, which is read before any weight.

>>> About(window=512, hints=True, tags={"nanocart": ("DISEASE",)}).thresholds
{}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from nanocart import __version__
from nanocart.errors import SourceError
from nanocart.models.heads import ATTRIBUTES
from nanocart.models.hints import HINTS
from nanocart.models.pairs import FEATURES, JOINS

FILE: Final = "nanocart.json"
FORMAT: Final = 2
"""The number of this layout; it changes when older folders cannot be read any more."""
OWN: Final = "nanocart"
"""The task of our own labels; an auxiliary task has a name and labels of its own."""
FOREIGN: Final = "foreign"
"""The task of the labels that a user's documents brought; see `nanocart.corpora.foreign`."""
READ: Final = (OWN, FOREIGN)
"""The tasks that a model reads by, as far as it has learnt them; their scores stand side by side in this order."""


def _vocabularies() -> dict[str, Any]:
    """What the numbers that go into the network, and come out of it, mean in this version."""
    return {
        "hints": list(HINTS),
        "joins": list(JOINS),
        "features": FEATURES,
        "attributes": {name: list(values) for name, values in ATTRIBUTES.items()},
    }


@dataclass(frozen=True, slots=True)
class About:
    """How texts are cut for a model and what its numbers mean.

    `window` is in pieces; `tags` are the labels of each task, our own under `OWN`, a user's under `FOREIGN`; `shape`
    are the sizes of the heads; `scope` is whether it has learnt which texts speak of the field; `thresholds` are the
    chances from which a join or the "scope" holds (0.5 where none is given), and a mention of a label stands (0);
    `calibration` are, for "mentions", "relations" and "findings", slope and intercept on the log-odds.
    """

    window: int
    hints: bool
    tags: Mapping[str, tuple[str, ...]]
    shape: Mapping[str, Any] = field(default_factory=dict)
    scope: bool = False
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibration: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the file into a folder."""
        said = {"format": FORMAT, "version": __version__} | asdict(self) | {"vocabularies": _vocabularies()}
        (folder / FILE).write_text(json.dumps(said, indent=1) + "\n", "utf-8")

    @classmethod
    def read(cls, folder: Path) -> About:
        """What a folder says. Raises `SourceError` where the file is missing, no JSON, or of another version."""
        path = folder / FILE
        try:
            said = json.loads(path.read_text("utf-8"))
        except OSError as error:
            why = f"no model there: {error.strerror}"
            raise SourceError(why, source=str(path), hint="name the folder of a model") from error
        except ValueError as error:
            raise SourceError(f"not JSON: {error}", source=str(path), hint="save the model anew") from error
        found = said.get("format") if isinstance(said, dict) else said
        wrote = said.get("version", "?") if isinstance(said, dict) else "?"
        other = f"use the version of nanocart that wrote it ({wrote}; this is {__version__})"
        if found != FORMAT:
            why = f"the model has format {found!r}, and this version reads {FORMAT}"
            raise SourceError(why, source=str(path), hint=other)
        for name, values in _vocabularies().items():
            if said.get("vocabularies", {}).get(name) != values:
                raise SourceError(f"the model was trained with other {name}", source=str(path), hint=other)
        try:
            given = {name: value for name, value in said.items() if name not in ("format", "version", "vocabularies")}
            given["tags"] = {name: tuple(labels) for name, labels in said["tags"].items()}
            given["calibration"] = {name: (one[0], one[1]) for name, one in said.get("calibration", {}).items()}
            return cls(**given)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise SourceError(f"the model is broken: {error}", source=str(path), hint="save it anew") from error

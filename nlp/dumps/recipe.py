"""What a run asks for and by what it reads, and how two such recipes are told apart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nanocart import __version__
from nanocart.naming import Naming
from nanocart.screen.query import Query

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(frozen=True)
class Recipe:
    """A query, and the settings of `nanocart.pipeline.load`."""

    query: Query
    model: str
    lexicon: tuple[str, ...] = ()
    scope: bool = True
    device: str | None = None
    min_confidence: float = 0.0

    def load(self) -> Language:
        """The pipeline. Raises as `nanocart.pipeline.load` does."""
        from nanocart import pipeline

        return pipeline.load(
            self.model,
            lexicon=self.lexicon,
            scope=self.scope,
            device=self.device,
            min_confidence=self.min_confidence,
        )

    def naming(self) -> Naming:
        """What the tables call things."""
        from nanocart.lexicon import Lexicon
        from nanocart.models.shelf import is_model
        from nanocart.pipeline import MODELS

        if self.model in MODELS or is_model(self.model):
            return Naming(Lexicon.shipped(*self.lexicon))
        from nanocart.components.lexicon import lexicon_of

        return Naming(lexicon_of(self.load()))  # a pipeline that was saved has a lexicon of its own

    def asked(self) -> str:
        """Twelve digits that differ where another question is asked of the dump."""
        return _digest([sorted(self.query.groups.items()), self.query.expression])

    def reader(self) -> str:
        """Twelve digits that differ where another nanocart, model or lexicon reads, or by other settings.

        Raises `LexiconError` where a lexicon contradicts itself, `UsageError` where a file is not there.
        """
        from nanocart.lexicon import Lexicon

        concepts = [repr(one) for one in Lexicon.shipped(*self.lexicon)]
        return _digest([__version__, concepts, self._model(), self.scope, self.min_confidence])

    def _model(self) -> str:
        from nanocart.models.shelf import SHIPPED, fingerprint, is_model
        from nanocart.pipeline import TRANSFORMER

        folder = SHIPPED if self.model == TRANSFORMER else Path(self.model)
        if is_model(folder):
            return fingerprint(folder)
        # The folder of a pipeline that spaCy has saved, or the name of the rules.
        files = sorted(one for one in folder.rglob("*") if one.is_file()) if folder.is_dir() else []
        hashes = [hashlib.sha256(one.read_bytes()).hexdigest() for one in files]
        return _digest(hashes or self.model)


def _digest(what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12]

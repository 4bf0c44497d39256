"""nanocart: from abstracts on nanoparticle-enhanced CAR cell therapy to an evidence table.

>>> import nanocart
>>> nlp = nanocart.load()
>>> nlp("LNPs delivered CAR mRNA to T cells.").ents
(LNPs, CAR mRNA, T cells)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanocart.errors import LexiconError, NanocartError, RecordError, SourceError, UsageError
    from nanocart.lexicon import Lexicon
    from nanocart.pipeline import extract, load, to_frame
    from nanocart.schema import Document, Finding, Mention, Relation, StudyFacts

__version__ = "0.1.0"

_HOMES = {
    "nanocart.pipeline": ("load", "extract", "to_frame"),
    "nanocart.schema": ("Document", "Mention", "Relation", "Finding", "StudyFacts"),
    "nanocart.lexicon": ("Lexicon",),
    "nanocart.errors": ("NanocartError", "UsageError", "SourceError", "RecordError", "LexiconError"),
}
__all__ = [
    "Document",
    "Finding",
    "Lexicon",
    "LexiconError",
    "Mention",
    "NanocartError",
    "RecordError",
    "Relation",
    "SourceError",
    "StudyFacts",
    "UsageError",
    "__version__",
    "extract",
    "load",
    "to_frame",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # spaCy takes seconds to import: whoever asks for the version or for --help does not wait for it.
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""The signature of a score: what produced it, in one line that can be printed, compared and parsed.

>>> one = Signature(system="rules", system_version="0.1.0", corpus="gold", split="dev", documents=60, hash="1a2b3c4d")
>>> Signature.parse(str(one)) == one
True
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import quote, unquote

from nanocart import __version__
from nanocart.errors import UsageError
from nanocart.schema import Document


@dataclass(frozen=True, slots=True)
class Signature:
    """What produced a score. `hash` is that of the gold annotations with their texts, `annotators` who made them."""

    system: str = ""
    system_version: str = ""
    corpus: str = ""
    split: str = ""
    documents: int = 0
    hash: str = ""
    annotators: str = ""
    resamples: int = 10_000
    seed: int = 0
    nanocart: str = __version__

    def __str__(self) -> str:
        pairs = ((item.name, getattr(self, item.name)) for item in fields(self))
        return "|".join(f"{name}:{quote(str(value), safe=' .,;:-+/()=')}" for name, value in pairs if value != "")

    @classmethod
    def parse(cls, text: str) -> Signature:
        """The signature of a line. Raises `UsageError` where it is none."""
        kinds = {item.name: item.type for item in fields(cls)}
        given: dict[str, Any] = {}
        for part in text.strip().split("|"):
            name, colon, value = part.partition(":")
            if name not in kinds or not colon:
                raise UsageError(f"no signature: {part!r}", hint="name:value pairs with | between them")
            try:
                given[name] = int(value) if kinds[name] == "int" else unquote(value)
            except ValueError as error:
                raise UsageError(f"no signature: {part!r} is no number") from error
        return cls(**given)


def corpus_hash(documents: Iterable[Document]) -> str:
    """Eight hexadecimal digits that stand for a set of annotated documents, whatever their order."""
    lines = sorted(json.dumps(_annotations(one), sort_keys=True, ensure_ascii=False) for one in documents)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def _annotations(document: Document) -> dict[str, Any]:
    whole = document.to_json()
    return {name: whole[name] for name in ("id", "text", "entities", "relations", "findings", "study")}

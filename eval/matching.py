"""Gold and predictions brought together: by id, on the same text, with everything that does not fit told.

>>> gold, mine = Document.of("1", "LNPs.", ""), Document.of("2", "LNPs.", "")
>>> matched([gold], [mine]).warnings
['1: no prediction, counted as an empty one', '2: predicted, but not in the gold: left out']
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from nanocart.corpora.standoff import sha256
from nanocart.errors import NanocartError
from nanocart.schema import Document


@dataclass(frozen=True, slots=True)
class Matched:
    """Pairs of gold and prediction in the gold's order, and in words what did not fit."""

    pairs: tuple[tuple[Document, Document], ...]
    warnings: tuple[str, ...] | list[str]


def matched(gold: Iterable[Document], predicted: Iterable[Document]) -> Matched:
    """Pair predictions with gold documents by id.

    A gold document without a prediction counts as predicted empty, and so does one that was predicted on another text;
    both are told, as are predictions without gold. Stand-off of the gold's text is joined with it, and a text that
    differs only in kinds of white space counts as the same. Raises `NanocartError` where the gold is empty or holds an
    id twice.
    """
    warnings: list[str] = []
    found: dict[str, Document] = {}
    for one in predicted:
        if one.id in found:
            warnings.append(f"{one.id}: predicted twice, the first counts")
        found.setdefault(one.id, one)
    pairs: dict[str, tuple[Document, Document]] = {}
    for one in gold:
        if one.id in pairs:
            raise NanocartError(f"the gold holds {one.id} twice", hint="remove one of them")
        mine = found.pop(one.id, None)
        mine = mine and _on(one, mine)
        if mine is None:
            warnings.append(f"{one.id}: no prediction, counted as an empty one")
        elif mine.text != one.text:
            sizes = (
                f"{len(mine.text)} characters, {sha256(mine.text)[:8]}; gold {len(one.text)}, {sha256(one.text)[:8]}"
            )
            warnings.append(f"{one.id}: predicted on another text ({sizes}), counted as an empty prediction")
            mine = None
        pairs[one.id] = (one, mine or one.without_annotations())
    if not pairs:
        raise NanocartError("the gold is empty", hint="check the file; nanocart corpus stats shows what it holds")
    warnings += [f"{id_}: predicted, but not in the gold: left out" for id_ in found]
    return Matched(tuple(pairs.values()), warnings)


def _on(gold: Document, mine: Document) -> Document:
    """The prediction on the gold's text, where it is stand-off of that text or differs in kinds of white space only."""
    standoff = not mine.text.strip() and mine.extra.get("sha256") == sha256(gold.text)
    if not standoff and (len(mine.text) != len(gold.text) or mine.text == gold.text or _blanks(mine) != _blanks(gold)):
        return mine
    entities = tuple(replace(one, text=gold.text[one.start : one.end]) for one in mine.entities)
    return replace(mine, title=gold.title, text=gold.text, entities=entities)


def _blanks(document: Document) -> str:
    return _SPACE.sub(" ", document.text)


_SPACE: Final = re.compile(r"\s")

"""Gold and predictions brought together: by id, on the same text, with everything that does not fit told.

>>> gold, mine = Document.of("1", "LNPs.", ""), Document.of("2", "LNPs.", "")
>>> matched([gold], [mine]).warnings
['1: no prediction, counted as an empty one', '2: predicted, but not in the gold: left out']
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
    both are told, as are predictions without gold. Raises `NanocartError` where the gold is empty or holds an id twice.
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

"""The error browser: one page for the browser in which the errors of a prediction can be read, counted and filtered.

The page is `eval/data/errors.html` with its data filled in once, as compact JSON: the texts, both annotations, and the
errors as `nanocart.eval.errors` found them; its script only shows them. It needs no installation and no network.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from nanocart.eval.errors import KINDS, NOTHING, TYPES, Error, confusions, matrix
from nanocart.schema import LABELS, Document, Mention

EMPTY: Final = '<script type="application/json" id="data">{}</script>'
_KINDS: Final = {kind: at for at, kind in enumerate(KINDS)}
_TYPES: Final = {label: at for at, label in enumerate(TYPES)}


@dataclass(frozen=True, slots=True)
class Names:
    """What the page calls its two sides, and the signature under it."""

    gold: str
    predicted: str
    signature: str = ""


def page(pairs: Sequence[tuple[Document, Document]], found: Sequence[Sequence[Error]], names: Names) -> str:
    """The page of these documents (gold and predicted) and the errors of each."""
    # "<" never stands in the data, so that no text can end the element ("</script>", "<!--").
    data = json.dumps(content(pairs, found, names), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    before, place, after = (files("nanocart.eval") / "data" / "errors.html").read_text("utf-8").partition(EMPTY)
    assert place and EMPTY not in after, "errors.html has one place for its data"
    return "".join((before, EMPTY.replace("{}", data), after))


def content(
    pairs: Sequence[tuple[Document, Document]], found: Sequence[Sequence[Error]], names: Names
) -> dict[str, Any]:
    """What the page holds, as plain JSON. Labels, kinds, mentions and errors are named by their place in a list."""
    counts = matrix(pairs)
    axis = (*LABELS, NOTHING)
    starts = [0]
    for of_document in found:
        starts.append(starts[-1] + len(of_document))
    return {
        "gold": names.gold,
        "predicted": names.predicted,
        "signature": names.signature,
        "kinds": list(KINDS.items()),
        "types": list(TYPES),
        "documents": [
            [gold.id, gold.text, int(bool(gold.title)), _spans(gold.entities), _spans(predicted.entities)]
            for gold, predicted in pairs
        ],
        "errors": [
            _error(number, error, *pair)
            for number, (pair, of_document) in enumerate(zip(pairs, found, strict=True))
            for error in of_document
        ],
        "matrix": [[counts[a, b] for b in axis] for a in axis],
        "confusions": [
            [
                _KINDS[one.kind],
                one.gold_label,
                one.gold,
                one.predicted_label,
                one.predicted,
                [starts[document] + at for document, at in one.places],
            ]
            for one in confusions(found)
        ],
    }


def _spans(mentions: Sequence[Mention]) -> list[list[int]]:
    return [[one.start, one.end, _TYPES[one.label]] for one in mentions]


def _error(number: int, error: Error, gold: Document, predicted: Document) -> list[Any]:
    return [
        number,
        _KINDS[error.kind],
        [_TYPES[label] for label in error.labels],
        [gold.entities.index(one) for one in error.gold],
        [predicted.entities.index(one) for one in error.predicted],
        [[one.name, one.gold, one.predicted, int(one.differs)] for one in error.parts],
        error.note,
    ]

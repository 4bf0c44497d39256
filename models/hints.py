"""What the lexicon says of each word, as a number that the encoder reads beside the word.

>>> HINTS[0], len(HINTS)
('none', 26)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nanocart.lexicon import FALSE_FRIEND, Hit
from nanocart.schema import ENTITY_LABELS

HINTS: Final = (
    "none",
    FALSE_FRIEND,
    *(f"{part}-{label}-{sure}" for label in ENTITY_LABELS for sure in ("strong", "weak") for part in "BI"),
)
"""The hints by number."""
_NUMBER: Final = {name: number for number, name in enumerate(HINTS)}


def hints(offsets: NDArray[np.int32], hits: Sequence[Hit]) -> NDArray[np.int8]:
    """The hint of each word (offsets: words × 2): the label of the term that covers it, and where in the term it is."""
    found = np.zeros(len(offsets), dtype=np.int8)
    if not hits or not len(offsets):
        return found
    first = np.searchsorted(offsets[:, 1], [hit.start for hit in hits], side="right")
    stop = np.searchsorted(offsets[:, 0], [hit.end for hit in hits], side="left")
    for hit, begin, end in zip(hits, first.tolist(), stop.tolist(), strict=True):
        term = hit.terms[0]
        if term.concept.label == FALSE_FRIEND:
            found[begin:end] = 1
            continue
        sure = "weak" if term.weak else "strong"
        found[begin:end] = _NUMBER[f"I-{term.concept.label}-{sure}"]
        found[begin] = _NUMBER[f"B-{term.concept.label}-{sure}"]
    return found

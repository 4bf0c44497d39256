"""What rules and lexicon say of each word, as a number that the encoder reads beside the word.

>>> HINTS[0], len(HINTS)
('none', 38)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nanocart.lexicon import FALSE_FRIEND
from nanocart.rules.proposals import propose
from nanocart.rules.view import View
from nanocart.schema import ENTITY_LABELS

SOURCES: Final = ("rule", "strong", "weak")
"""A mention that the rules propose; a term of the lexicon that they do not; one whose name needs context."""
HINTS: Final = (
    "none",
    FALSE_FRIEND,
    *(f"{part}-{label}-{source}" for label in ENTITY_LABELS for source in SOURCES for part in "BI"),
)
"""The hints by number."""
_NUMBER: Final = {name: number for number, name in enumerate(HINTS)}
Span = tuple[int, int, str, str]
"""Start, end, label and source."""


def hints(offsets: NDArray[np.int32], view: View) -> NDArray[np.int8]:
    """The hint of each word (offsets: words × 2): what covers it, and where in that it is."""
    found = np.zeros(len(offsets), dtype=np.int8)
    spans = list(_spans(view))
    if not spans or not len(offsets):
        return found
    first = np.searchsorted(offsets[:, 1], [start for start, *_ in spans], side="right")
    stop = np.searchsorted(offsets[:, 0], [end for _, end, *_ in spans], side="left")
    for (_, _, label, source), begin, end in zip(spans, first.tolist(), stop.tolist(), strict=True):
        if label == FALSE_FRIEND:
            found[begin:end] = _NUMBER[FALSE_FRIEND]
        else:
            found[begin:end] = _NUMBER[f"I-{label}-{source}"]
            found[begin] = _NUMBER[f"B-{label}-{source}"]
    return found


def _spans(view: View) -> Iterable[Span]:
    """What is known of a text; what comes later stands over what comes before."""
    for hit in view.hits:
        term = hit.terms[0]
        yield hit.start, hit.end, term.concept.label, "weak" if term.weak else "strong"
    for one in propose(view):
        yield one.start, one.end, one.label, "rule"

"""The kit for people: the page on which a person annotates abstracts blind, and the draw of those abstracts.

>>> chosen(["3", "1", "2"], 2) == chosen(["1", "2", "3"], 2)
True

The page is `corpora/human/annotate.html` with its documents filled in: one file that needs no installation and no
network. It holds text alone, nothing of what anyone has annotated, and saves stand-off records (see
`nanocart.corpora.standoff`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from nanocart.corpora.standoff import sha256
from nanocart.errors import RecordError
from nanocart.schema import Document

SEED: Final = 20261124
EMPTY: Final = '<script type="application/json" id="documents">[]</script>'


def page(documents: Iterable[Document]) -> str:
    """The page with these documents, in their order. Raises `RecordError` where two share an id."""
    rows: dict[str, dict[str, str]] = {}
    for one in documents:
        if one.id in rows:
            raise RecordError("two documents of one id", record=one.id, hint="an answer must name one document")
        rows[one.id] = {"id": one.id, "title": one.title, "text": one.text, "sha256": sha256(one.text)}
    # "<" never stands in the data, so that no text can end the element ("</script>", "<!--").
    data = json.dumps(list(rows.values()), ensure_ascii=False).replace("<", "\\u003c")
    before, found, after = (files("nanocart.corpora") / "human" / "annotate.html").read_text("utf-8").partition(EMPTY)
    assert found and EMPTY not in after, "annotate.html has one place for its documents"
    return "".join((before, EMPTY.replace("[]", data), after))


def chosen(ids: Iterable[str], count: int = 30, seed: int = SEED) -> list[str]:
    """The ids that the seed draws, without repetition, in the order of the draw.

    The draw depends on the set of ids alone, not on their order or on Python's version, and a smaller count gives the
    beginning of a larger one. Raises `ValueError` where there are too few.
    """
    pool = set(ids)
    if not 0 <= count <= len(pool):
        raise ValueError(f"cannot draw {count} of {len(pool)} documents")
    return sorted(pool, key=lambda one: hashlib.sha256(f"{seed} {one}".encode()).digest())[:count]

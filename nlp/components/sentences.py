"""`nanocart_sentences`: sentence boundaries that survive this literature."""

from __future__ import annotations

import numpy as np
from spacy.attrs import IDX, SENT_START
from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import view_of


@Language.component("nanocart_sentences", assigns=["token.is_sent_start", "doc.sents"])
def mark_sentences(doc: Doc) -> Doc:
    """Set `token.is_sent_start` by `nanocart.text.sentences`.

    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("nanocart_sentences")
    >>> [sent.text for sent in nlp("Mice got LNPs i.v. daily. All lived.").sents]
    ['Mice got LNPs i.v. daily.', 'All lived.']
    """
    if not len(doc):
        return doc
    offsets = doc.to_array([IDX])
    first = np.searchsorted(offsets, [start for start, _ in view_of(doc).sentences])
    marks = np.full(len(doc), -1, dtype=np.int64)
    marks[first[first < len(doc)]] = 1
    marks[0] = 1
    doc.from_array([SENT_START], marks.astype(np.uint64))  # type: ignore[arg-type]  # thinc's stub knows no numpy
    return doc

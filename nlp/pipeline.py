"""Making the pipeline and running documents through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import spacy
from spacy.language import Language

from nanocart.annotations import from_doc, to_doc
from nanocart.components.composing import composed
from nanocart.components.lexicon import lexicon_of
from nanocart.corpora import tables
from nanocart.corpora.tables import Table
from nanocart.errors import UsageError
from nanocart.lexicon import Lexicon
from nanocart.models import reading
from nanocart.models.shelf import SHIPPED, is_model, reader_of
from nanocart.naming import Naming
from nanocart.schema import Document

if TYPE_CHECKING:
    import pandas as pd

COMPONENTS: Final = (
    "nanocart_sentences", "nanocart_scope", "nanocart_abbreviations", "nanocart_lexicon", "nanocart_roles",
    "nanocart_outcomes", "nanocart_linking", "nanocart_relations", "nanocart_findings", "nanocart_study",
)  # fmt: skip
TRANSFORMER: Final = "transformer"
RULES: Final = "rules"
MODELS: Final = (TRANSFORMER, RULES)
"""The readers that are shipped, the best one first."""


def load(
    model: str | Path = MODELS[0],
    *,
    lexicon: str | Path | Iterable[str | Path] = (),
    scope: bool = True,
    device: str | None = None,
    min_confidence: float = 0.0,
) -> Language:
    """The pipeline as a spaCy `Language`.

    `model` is "transformer" or "rules", the folder of a model that `nanocart train` made, or that of a pipeline that
    `nlp.to_disk` wrote; `lexicon` are files with rows of one's own; `scope=False` reads documents that do not speak of
    the field too. A model runs on `device` ("cpu", "cuda", "cuda:1", "mps"; the best one that there is, if none is
    named), and leaves out what it is less sure of than `min_confidence` (0 to 1). Raises `UsageError` where there is no
    such model or device, `SourceError` where its folder is broken, and `LexiconError` where a lexicon contradicts
    itself.

    >>> nlp = load()
    >>> [ent.text for ent in nlp("Lipid nanoparticles delivered CAR mRNA to T cells.").ents]
    ['Lipid nanoparticles', 'CAR mRNA', 'T cells']
    """
    files = [str(one) for one in ([lexicon] if isinstance(lexicon, str | Path) else lexicon)]
    folder = SHIPPED if str(model) == TRANSFORMER else Path(model)
    if str(model) != RULES and is_model(folder):
        if not 0 <= min_confidence <= 1:
            raise UsageError(f"a confidence of {min_confidence} is not between 0 and 1", hint="0.8, for instance")
        nlp = reading.pipeline(reader_of(folder, device, min_confidence=min_confidence), scope=scope, lexicon=files)
        nlp.meta |= {"name": "nanocart_transformer", "description": "nanocart's joint model, between its rules"}
        return nlp
    if device is not None or min_confidence:
        what = "a device" if device is not None else "a confidence"
        raise UsageError(f"{str(model)!r} has no model that {what} could be chosen for", hint="use 'transformer'")
    if str(model) != RULES:
        return _saved(folder, files, scope)
    nlp = composed((name for name in COMPONENTS if scope or name != "nanocart_scope"), files)
    nlp.meta |= {"name": "nanocart_rules", "description": "nanocart's rules, without a learned model"}
    return nlp


def _saved(folder: Path, files: list[str], scope: bool) -> Language:
    """A pipeline that `nlp.to_disk` wrote."""
    if not (folder / "config.cfg").is_file():
        raise UsageError(
            f"no model called {str(folder)!r}",
            hint=f"nanocart ships: {', '.join(MODELS)}; or name the folder of a model, or one that nlp.to_disk wrote",
        )
    if files:
        raise UsageError(
            "a pipeline from a folder keeps its own lexicon", hint="add rows before saving it, or use the rules"
        )
    return spacy.load(folder, exclude=() if scope else ("nanocart_scope",))


def extract(
    documents: Iterable[Document], nlp: Language | None = None, *, n_process: int = 1, batch_size: int = 64
) -> Iterator[Document]:
    """The documents with everything that the pipeline finds in them, in their order, one batch in memory at a time.

    >>> next(extract([Document.of("1", "Lipid nanoparticles work in mice.", "")])).entities[0].text
    'Lipid nanoparticles'
    """
    nlp = nlp or load()
    docs = (to_doc(document.without_annotations(), nlp) for document in documents)
    if n_process == 1:
        for batch in _batches(docs, batch_size):
            with nlp.memory_zone():
                read = [from_doc(doc) for doc in nlp.pipe(batch, batch_size=batch_size)]
            yield from read
        return
    for doc in nlp.pipe(docs, n_process=n_process, batch_size=batch_size):
        yield from_doc(doc)


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def to_frame(documents: Iterable[Document], table: Table = "findings", *, nlp: Language | None = None) -> pd.DataFrame:
    """A table of the documents as a pandas data frame: "findings", "entities", "relations" or "documents".

    Things are named, and what is good for the patient is judged, by the lexicon of `nlp`, or by the shipped one.

    >>> list(to_frame([], "relations").columns)[:3]
    ['document', 'pmid', 'relation_id']
    """
    naming = Naming(lexicon_of(nlp) if nlp else Lexicon.shipped())
    return tables.to_frame(documents, table, names=naming.name, better=naming.better)

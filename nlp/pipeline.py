"""Making the pipeline and running documents through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import spacy
from spacy.language import Language

from nanocart.annotations import from_doc, to_doc
from nanocart.components.lexicon import LexiconMatcher, lexicon_of
from nanocart.corpora import tables
from nanocart.corpora.tables import Table
from nanocart.errors import UsageError
from nanocart.lexicon import Lexicon
from nanocart.models import reading
from nanocart.models.shelf import is_model, reader_of
from nanocart.naming import Naming
from nanocart.schema import Document

if TYPE_CHECKING:
    import pandas as pd

COMPONENTS: Final = (
    "nanocart_sentences", "nanocart_scope", "nanocart_abbreviations", "nanocart_lexicon", "nanocart_roles",
    "nanocart_outcomes", "nanocart_linking", "nanocart_relations", "nanocart_findings", "nanocart_study",
)  # fmt: skip
MODELS: Final = ("rules",)
"""The readers that are shipped, the best one first."""


def load(
    model: str | Path = MODELS[0], *, lexicon: str | Path | Iterable[str | Path] = (), scope: bool = True
) -> Language:
    """The pipeline as a spaCy `Language`.

    `model` is "rules", the folder of a model that `nanocart train` made, or that of a pipeline that `nlp.to_disk`
    wrote; `lexicon` are files with rows of one's own; `scope=False` reads documents that do not speak of the field too.
    Raises `UsageError` where there is no such model, `SourceError` where its folder is broken, and `LexiconError` where
    a lexicon contradicts itself.

    >>> nlp = load()
    >>> [ent.text for ent in nlp("LNPs delivered CAR mRNA to T cells.").ents]
    ['LNPs', 'CAR mRNA', 'T cells']
    """
    files = [str(one) for one in ([lexicon] if isinstance(lexicon, str | Path) else lexicon)]
    if str(model) not in MODELS:
        return _from_folder(Path(model), files, scope)
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "nanocart.Tokenizer.v1"}}})
    nlp.meta |= {"name": "nanocart_rules", "description": "nanocart's rules, without a learned model"}
    for name in COMPONENTS:
        if scope or name != "nanocart_scope":
            nlp.add_pipe(name, config={"entities": False} if name == "nanocart_lexicon" else {})
    matcher = nlp.get_pipe("nanocart_lexicon")
    if files and isinstance(matcher, LexiconMatcher):
        # Not by the configuration, which would ask for the files again when a saved pipeline is loaded.
        matcher.lexicon = Lexicon.shipped(*files)
    return nlp


def _from_folder(folder: Path, files: list[str], scope: bool) -> Language:
    if is_model(folder):
        nlp = reading.pipeline(reader_of(folder), scope=scope)
        matcher = nlp.get_pipe("nanocart_lexicon")
        if files and isinstance(matcher, LexiconMatcher):
            matcher.lexicon = Lexicon.shipped(*files)
        return nlp
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

    >>> next(extract([Document.of("1", "LNPs work in mice.", "")])).entities[0].text
    'LNPs'
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

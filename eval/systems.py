"""The systems that a benchmark compares, each behind one small interface: documents in, annotated documents out.

A system is named `KIND` or `KIND:ARGUMENT`: `system("rules")`, `system("file:mine.jsonl")`. To add one, write a
function that takes the argument and returns a `System`, and name it in `KINDS`.

>>> system("dictionary").name
'dictionary'
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from nanocart import __version__
from nanocart.errors import NanocartError, UsageError
from nanocart.schema import Document

if TYPE_CHECKING:
    from spacy.language import Language

    from nanocart.corpora.gold import Failure

Read = Callable[[Iterable[Document]], Iterator[Document]]


@dataclass(frozen=True, slots=True)
class System:
    """A system: its name and version, and the function that annotates documents.

    `timed` says whether the time that `read` takes is the system's own; predictions from a file have none. `given` says
    whether it gets the bare text, or the gold's mentions too, so that what follows from mentions is measured alone.
    """

    name: str
    version: str
    read: Read
    timed: bool = True
    given: Literal["text", "entities"] = "text"

    def asked(self, document: Document) -> Document:
        """What this system is given of a gold document: its text, or its mentions too (without their clusters)."""
        bare = document.without_annotations()
        if self.given == "text":
            return bare
        return replace(bare, entities=tuple(replace(one, concept=None, cluster=None) for one in document.entities))

    def run(self, documents: Iterable[Document]) -> tuple[list[Document], float]:
        """What the system makes of gold documents, and the seconds that it took, its loading aside."""
        asked = [self.asked(one) for one in documents]
        list(self.read(asked[:1]))  # what is loaded or built at first use belongs to loading
        start = time.perf_counter()
        predicted = list(self.read(asked))
        return predicted, time.perf_counter() - start


def system(name: str) -> System:
    """The system of a name. Raises `UsageError` where there is none, or where what it needs is not installed."""
    kind, _, argument = name.partition(":")
    if kind not in KINDS:
        raise UsageError(f"there is no system {name!r}", hint=f"one of: {', '.join(KINDS)}")
    return KINDS[kind](argument)


def _rules(argument: str) -> System:
    """nanocart's rules.

    "rules:no-scope" reads texts that do not speak of the field too, "rules:gold-entities" relates the gold's mentions.
    """
    from nanocart.pipeline import RULES, extract, load

    if argument not in ("", "no-scope", "gold-entities"):
        raise UsageError("the rules take no such argument", hint="'rules', 'rules:no-scope' or 'rules:gold-entities'")
    nlp = load(RULES, scope=not argument)
    if argument == "gold-entities":
        return System("rules:gold-entities", __version__, lambda documents: _related(documents, nlp), given="entities")
    return System(f"rules:{argument}".rstrip(":"), __version__, lambda documents: extract(documents, nlp))


def _related(documents: Iterable[Document], nlp: Language) -> Iterator[Document]:
    """The documents with their own mentions, and the relations and findings that the rules see between them."""
    from nanocart.annotations import from_doc, state_of, to_doc
    from nanocart.components.outcomes import limits_of

    with nlp.select_pipes(disable=["nanocart_roles", "nanocart_outcomes"]):
        for document in documents:
            doc = to_doc(document, nlp)
            state_of(doc).relations = limits_of(document)
            yield from_doc(nlp(doc))


def _transformer(argument: str) -> System:
    """The model that is shipped, or one that `nanocart train` made: "transformer:FOLDER".

    "transformer:no-scope" and "transformer:gold-entities" are as for the rules, each also with ":FOLDER" behind it.
    """
    from nanocart.models.reading import related
    from nanocart.models.shelf import SHIPPED, fingerprint
    from nanocart.pipeline import TRANSFORMER, extract, load

    how, _, folder = (
        argument.partition(":") if argument.startswith(("no-scope", "gold-entities")) else ("", "", argument)
    )
    nlp = load(folder or TRANSFORMER, scope=not how)
    name = f"transformer:{argument}".rstrip(":")
    version = f"{__version__}-{fingerprint(folder or SHIPPED)}"
    if how == "gold-entities":
        return System(name, version, lambda found: related(found, nlp), given="entities")
    return System(name, version, lambda documents: extract(documents, nlp))


def _dictionary(argument: str) -> System:
    """The longest matches of the lexicon, without context: what any list of terms would give."""
    import spacy

    from nanocart.pipeline import extract

    if argument:
        raise UsageError("the dictionary takes no argument", hint="name it 'dictionary'")
    nlp = spacy.blank("en")
    nlp.add_pipe("nanocart_lexicon")
    return System("dictionary", __version__, lambda documents: extract(documents, nlp))


def predictions(path: str, texts: Sequence[str] = ()) -> tuple[list[Document], list[Failure]]:
    """The documents of a file that a system has written, and what of it could not be read.

    Raises `NanocartError` where nothing could be.
    """
    from nanocart.corpora.collection import read
    from nanocart.corpora.gold import text_sources

    documents, errors = read([path], list(texts) or text_sources(None) or None)
    if errors and not documents:
        raise NanocartError(f"no prediction could be read: {errors[0]}")
    return documents, errors


def _file(argument: str) -> System:
    """Predictions that another program has made."""
    if not argument:
        raise UsageError("predictions need a file", hint="file:predictions.jsonl")
    documents, _ = predictions(argument)
    return _given(f"file:{argument}", documents)


def _pass(argument: str) -> System:
    """A blind annotation pass, as the ceiling that a reader reaches: "reader:dev:pass-a"."""
    from nanocart.corpora import gold
    from nanocart.corpora.collection import PASSES
    from nanocart.corpora.standoff import hydrate

    split, _, name = argument.partition(":")
    gold.standoff("gold", split)
    if name not in PASSES:
        raise UsageError(f"there is no pass {name!r}", hint=f"reader:{split}:{PASSES[0]}")
    records = {one["id"]: one for one in gold.passes(split)[PASSES.index(name)]}

    def find(wanted: Iterable[Document]) -> Iterator[Document]:
        return (hydrate(records[one.id], one.title, one.text) for one in wanted if one.id in records)

    return System(f"reader:{argument}", "", find, timed=False)


def _given(name: str, documents: Iterable[Document]) -> System:
    known = {one.id: one for one in documents}

    def find(wanted: Iterable[Document]) -> Iterator[Document]:
        return (known[one.id] for one in wanted if one.id in known)

    return System(name, "", find, timed=False)


def _spacy(argument: str) -> System:
    """A spaCy or scispaCy pipeline that is installed: "spacy:en_ner_bc5cdr_md"."""
    from nanocart.eval.adapters import spacy_system

    return spacy_system(argument)


def _hf(argument: str) -> System:
    """A token classifier of transformers, by its name or its folder: "hf:FOLDER"."""
    from nanocart.eval.adapters import hf_system

    return hf_system(argument)


def _gliner(argument: str) -> System:
    """A GLiNER model, asked for our types in words: "gliner:urchade/gliner_large-v2.1"."""
    from nanocart.eval.adapters import gliner_system

    return gliner_system(argument)


def _llm(argument: str) -> System:
    """A large language model behind the endpoint that OPENAI_BASE_URL names: "llm:MODEL"."""
    from nanocart.eval.llm import llm_system

    return llm_system(argument)


KINDS: Final[Mapping[str, Callable[[str], System]]] = {
    "rules": _rules,
    "transformer": _transformer,
    "dictionary": _dictionary,
    "file": _file,
    "reader": _pass,
    "spacy": _spacy,
    "hf": _hf,
    "gliner": _gliner,
    "llm": _llm,
}
"""The kinds of system, and what makes one of them from its argument."""

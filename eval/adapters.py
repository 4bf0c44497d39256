"""Token classifiers of others as systems of a benchmark: spaCy pipelines, Hugging Face models, GLiNER.

What their labels are to us says `data/labels.tsv`: the system's name (`*` stands for anything), its label in whatever
case, our label or nothing, a note. The first row that fits counts; a file of that form and name in the model's own
folder comes before the shipped one. Our own labels need no row. What maps to none of ours is left out, and of spans
that overlap the longest stays.

>>> label_map("spacy:en_ner_jnlpba_md", ["CELL_TYPE", "CELL_LINE", "OUTCOME"])
{'CELL_TYPE': 'CELL_TYPE', 'OUTCOME': 'OUTCOME'}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from nanocart.errors import UsageError
from nanocart.eval.systems import System
from nanocart.schema import LABELS, Document, Mention
from nanocart.text import sentences

_LABELS: Final = "labels.tsv"
_COLUMNS: Final = ["system", "label", "ours", "note"]
_BATCH: Final = 8
_TAG: Final = re.compile(r"([BIESLU])(?:-(.+))?")
_WORD: Final = re.compile(r"\w+(?:[-_]\w+)*|\S")
"""A word as GLiNER counts them."""


class Found(NamedTuple):
    """A span as a system gives it, in code points; `label` is the system's own until it is mapped."""

    start: int
    end: int
    label: str
    score: float | None = None


def spacy_system(package: str) -> System:
    """An installed spaCy or scispaCy pipeline, or the folder of one: its `doc.ents`."""
    import spacy

    _named("spacy", package, "en_ner_bc5cdr_md")
    try:
        nlp = spacy.load(package)
    except (OSError, ValueError) as error:
        hint = "install it: python -m spacy download NAME; scispaCy's: https://allenai.github.io/scispacy/"
        raise UsageError(f"the spaCy pipeline {package!r} cannot be loaded: {_first(error)}", hint=hint) from error
    setters = [name for name in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(name).assigns]
    labels = {label for name in setters for label in nlp.pipe_labels.get(name, ())}
    name = f"spacy:{package}"
    if labels:
        _mapped(name, labels, package)

    def read(documents: Iterable[Document]) -> Iterator[Document]:
        for doc, document in nlp.pipe(((one.text, one) for one in documents), as_tuples=True):
            spans = [Found(one.start_char, one.end_char, one.label_) for one in doc.ents]
            yield annotated(document, spans, label_map(name, {one.label for one in spans}, package), name)

    return System(name, f"{nlp.meta['version']}, spaCy {version('spacy')}", read)


def hf_system(model: str) -> System:
    """A Hugging Face token classifier, from its name on the hub or its folder."""
    _named("hf", model, "a folder, or a model's name on the hub")
    torch, transformers = (_needed(one, "torch transformers") for one in ("torch", "transformers"))
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(model)
        network = transformers.AutoModelForTokenClassification.from_pretrained(model)
    except (OSError, ValueError, ImportError) as error:
        hint = "name a folder that save_pretrained wrote, or a model on the hub while there is a network"
        raise UsageError(f"the model {model!r} cannot be loaded: {_first(error)}", hint=hint) from error
    if not any("TokenClassification" in one for one in network.config.architectures or ()):
        raise UsageError(f"{model!r} is no token classifier", hint="its head would be drawn at random: train it first")
    if not tokenizer.is_fast:
        raise UsageError(f"the tokenizer of {model!r} tells no offsets", hint="it needs a fast one (tokenizer.json)")
    name = f"hf:{model}"
    tags: Mapping[int, str] = network.config.id2label
    labels = _mapped(name, {split_tag(one)[1] for one in tags.values()}, model)
    network.to("cuda" if torch.cuda.is_available() else "cpu").eval()
    commit = (getattr(network.config, "_commit_hash", None) or "")[:8]

    def read(documents: Iterable[Document]) -> Iterator[Document]:
        rest = iter(documents)
        while batch := list(islice(rest, _BATCH)):
            tagged = _tag([one.text for one in batch], tokenizer, network, torch)
            for document, tokens in zip(batch, tagged, strict=True):
                spans = spans_of(document.text, [(*token[:2], tags[token[2]], token[3]) for token in tokens])
                yield annotated(document, spans, labels, name)

    return System(name, ", ".join(one for one in (commit, f"transformers {version('transformers')}") if one), read)


def gliner_system(model: str) -> System:
    """A GLiNER model, asked for our types in the words of `labels.tsv`; long texts are read in groups of sentences."""
    _named("gliner", model, "urchade/gliner_large-v2.1")
    gliner = _needed("gliner", "gliner")
    try:
        loaded = gliner.GLiNER.from_pretrained(model)
    except (OSError, ValueError) as error:
        hint = "name a folder of a GLiNER model, or one on the hub while there is a network"
        raise UsageError(f"the model {model!r} cannot be loaded: {_first(error)}", hint=hint) from error
    name = f"gliner:{model}"
    asked = _asked(name, model)
    limit = int(getattr(loaded.config, "max_len", None) or 384)

    def read(documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            spans = [
                Found(start + one["start"], start + one["end"], one["label"], float(one["score"]))
                for start, end in pieces(document.text, limit)
                for one in loaded.predict_entities(document.text[start:end], list(asked))
            ]
            yield annotated(document, spans, asked, name)

    return System(name, f"gliner {version('gliner')}", read)


def _asked(system: str, folder: str) -> dict[str, str]:
    """The words to ask GLiNER for, with our labels: the model's own where its folder has some."""
    shipped = _rows()
    both = _rows(folder)
    for rows in (both[: len(both) - len(shipped)], shipped):
        words = {label: ours for pattern, label, ours in rows if pattern != "*" and fnmatchcase(system, pattern)}
        if words:
            return {label: ours for label, ours in words.items() if ours}
    return {}


def label_map(system: str, labels: Iterable[str], folder: str = "") -> dict[str, str]:
    """Those of a system's labels that are something to us, with what they are.

    Raises `UsageError` where a row of `labels.tsv` leads to a label that is not ours.
    """
    rows = [(label.casefold(), ours) for pattern, label, ours in _rows(folder) if fnmatchcase(system, pattern)]
    found: dict[str, str] = {}
    for label in sorted(labels):
        own = label if label in LABELS else ""
        ours = next((ours for foreign, ours in rows if foreign == label.casefold()), own)
        if ours:
            found[label] = ours
    return found


def annotated(document: Document, spans: Iterable[Found], labels: Mapping[str, str], system: str) -> Document:
    """The document with the spans that map to our types, and nothing else."""
    ours = longest(one._replace(label=labels[one.label]) for one in spans if one.label in labels)
    mentions = []
    for number, one in enumerate(ours, start=1):
        score = None if one.score is None else round(one.score, 4)
        surface = document.text[one.start : one.end]
        mentions.append(Mention(f"e{number}", *one[:3], surface, confidence=score, why=f"model {system}"))
    return replace(document.without_annotations(), entities=tuple(mentions))


def longest(spans: Iterable[Found]) -> list[Found]:
    """Of spans that overlap the longest, of equally long ones the first; in the order of the text.

    >>> longest([Found(4, 11, "CELL_TYPE"), Found(0, 11, "CELL_TYPE")])
    [Found(start=0, end=11, label='CELL_TYPE', score=None)]
    """
    kept: list[Found] = []
    for one in sorted(spans, key=lambda one: one.start - one.end):
        if one.start < one.end and not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return sorted(kept)


def split_tag(tag: str) -> tuple[str, str]:
    """A tag's prefix, "I" where it has none, and its type, "ENTITY" where it has none.

    >>> split_tag("B-Disease"), split_tag("Disease"), split_tag("B")
    (('B', 'Disease'), ('I', 'Disease'), ('B', 'ENTITY'))
    """
    match = _TAG.fullmatch(tag)
    return (match[1], match[2] or "ENTITY") if match else ("I", tag)


def spans_of(text: str, tokens: Iterable[tuple[int, int, str, float]]) -> list[Found]:
    """The spans of tagged tokens (start, end, tag, score), whatever the tags' scheme: BIO, IO, BIOES or BILOU.

    Letters and digits that hang together are one word, which has the tag of its first token; so models that were
    trained on first pieces alone are read as they were meant. No span goes over the end of a line.

    >>> spans_of("CRS rose", [(0, 1, "B-OUTCOME", 0.9), (1, 3, "O", 0.5), (4, 8, "O", 0.9)])
    [Found(start=0, end=3, label='OUTCOME', score=0.9)]
    """
    words: list[tuple[int, int, str, float]] = []
    for start, end, tag, score in tokens:
        if words and (before := words[-1])[1] >= start and _hang_together(text, before[1], start):
            words[-1] = (before[0], max(before[1], end), *before[2:])
        else:
            words.append((start, end, tag, score))
    found: list[tuple[int, int, str, list[float]]] = []
    open_ = ""
    for start, end, tag, score in words:
        prefix, label = split_tag(tag)
        if label == "O":
            open_ = ""
            continue
        if open_ == label and prefix not in "BSU" and "\n" not in text[found[-1][1] : start]:
            found[-1] = (found[-1][0], end, label, [*found[-1][3], score])
        else:
            found.append((start, end, label, [score]))
        open_ = "" if prefix in "ELSU" else label
    return [Found(start, end, label, sum(scores) / len(scores)) for start, end, label, scores in found]


def pieces(text: str, limit: int) -> list[tuple[int, int]]:
    """Runs of whole sentences of at most `limit` words; only a longer sentence is split.

    >>> pieces("One two. Three four five.", 3)
    [(0, 8), (9, 24), (24, 25)]
    """
    found: list[tuple[int, int]] = []
    room = 0
    for start, end in sentences(text):
        words = [match.span() for match in _WORD.finditer(text, start, end)]
        if found and len(words) <= room:
            found[-1] = (found[-1][0], end)
            room -= len(words)
            continue
        found += [(words[at][0], words[at : at + limit][-1][1]) for at in range(0, len(words), limit)]
        room = -len(words) % limit
    return found


def _tag(texts: Sequence[str], tokenizer: Any, network: Any, torch: Any) -> list[list[tuple[int, int, int, float]]]:
    """Each text's tokens as (start, end, number of the tag, its probability).

    A text that is longer than the model can take is read in windows that overlap by a quarter; a token in two windows
    is read in the one where it is farther from the edge.
    """
    limit = _limit(tokenizer, network)
    encoded = tokenizer(
        list(texts), truncation=True, max_length=limit, stride=limit // 4, padding=True, return_tensors="pt",
        return_overflowing_tokens=True, return_offsets_mapping=True, return_special_tokens_mask=True,
    )  # fmt: skip
    inputs = {key: encoded[key] for key in tokenizer.model_input_names if key in encoded}
    best: list[dict[int, tuple[int, tuple[int, int, int, float]]]] = [{} for _ in texts]
    begins = [0] * len(texts)
    rows = encoded["overflow_to_sample_mapping"].tolist()
    for at in range(0, len(rows), _BATCH):
        with torch.inference_mode():
            some = {key: value[at : at + _BATCH].to(network.device) for key, value in inputs.items()}
            scores, tags = network(**some).logits.float().softmax(-1).max(-1)
        for row, tag_row, score_row in zip(range(at, len(rows)), tags.tolist(), scores.tolist(), strict=False):
            inner = [place for place, special in enumerate(encoded["special_tokens_mask"][row].tolist()) if not special]
            offsets = encoded["offset_mapping"][row].tolist()
            sample = rows[row]
            for number, place in enumerate(inner):
                token = (*_trimmed(texts[sample], *offsets[place]), tag_row[place], score_row[place])
                depth = min(number, len(inner) - 1 - number)
                held = best[sample].get(begins[sample] + number)
                if held is None or depth > held[0]:
                    best[sample][begins[sample] + number] = (depth, token)
            begins[sample] += len(inner) - limit // 4
    return [
        [token for _, (_, token) in sorted(one.items()) if token[0] < token[1]]  # nothing is left of a lone blank
        for one in best
    ]


def _limit(tokenizer: Any, network: Any) -> int:
    """How many tokens the model takes at once; RoBERTa and its kin begin to count after the padding's number."""
    positions = int(getattr(network.config, "max_position_embeddings", None) or 0)
    for name, module in network.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            positions -= int(module.padding_idx) + 1
    return min(int(tokenizer.model_max_length), positions if positions > 0 else 512)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Some tokenizers count the blank before a word in."""
    surface = text[start:end]
    return start + len(surface) - len(surface.lstrip()), end - len(surface) + len(surface.rstrip())


def _hang_together(text: str, end: int, start: int) -> bool:
    return start < end or (text[end - 1].isalnum() and text[start].isalnum())


def _rows(folder: str = "") -> list[tuple[str, str, str]]:
    """The rows (system, label, ours) of the folder's own file, if it has one, and of the shipped one."""
    own = Path(folder) / _LABELS if folder else None
    shipped = files("nanocart.eval").joinpath("data", _LABELS)
    sources = [(str(own), own.read_text("utf-8-sig"))] if own and own.is_file() else []
    found: list[tuple[str, str, str]] = []
    for source, content in [*sources, (_LABELS, shipped.read_text("utf-8"))]:
        lines = [line.split("\t") for line in content.splitlines() if line.strip()]
        if not lines or lines[0] != _COLUMNS:
            raise UsageError(f"{source}: its first line must name its columns", hint="\\t".join(_COLUMNS))
        for system, label, ours, *_ in ([*line, "", ""] for line in lines[1:]):
            if ours and ours not in LABELS:
                raise UsageError(f"{source}: {label!r} is mapped to {ours!r}", hint=f"ours are: {', '.join(LABELS)}")
            found.append((system, label, ours))
    return found


def _mapped(system: str, labels: Iterable[str], folder: str) -> dict[str, str]:
    """The map of a system's labels. Raises `UsageError` where none is anything to us."""
    known = sorted(labels)
    found = label_map(system, known, folder)
    if not found:
        hint = f"say what they are in a {_LABELS} in the model's folder: {', '.join(_COLUMNS)}"
        raise UsageError(f"no label of {system} maps to ours: {', '.join(known)}", hint=hint)
    return found


def _named(kind: str, argument: str, example: str) -> None:
    if not argument:
        raise UsageError(f"{kind} needs a model", hint=f"{kind}:MODEL, {example}")


def _needed(module: str, install: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(f"{module} is not installed", hint=f"pip install {install}") from error


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]

"""Documents as a Hugging Face dataset: in memory, and as a folder that `datasets.load_dataset` reads without a network.

One row is one document. Closed vocabularies are class labels, whose numbers are places in the tuples of
`nanocart.schema`; what a document does not say is null, and a null class label stays null in `datasets` 3 to 5.
Offsets are code points, as everywhere.

The format holds neither `concept`, `confidence` and `why` nor unknown keys (`extra`, and with it foreign annotations),
but for a document's `sha256` and `stratum`. Everything else comes back:

>>> document = Document.of("1", "LNPs work.", "", metadata={"year": 2026})
>>> from_hf(to_hf({"train": [document]})["train"][0]) == document
True
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nanocart.corpora.saving import whole_folder
from nanocart.errors import NanocartError, RecordError, UsageError
from nanocart.schema import (
    ASSERTIONS,
    CAR_MADE,
    CATEGORIES,
    DIRECTIONS,
    KINDS,
    LABELS,
    PARTICLE_ROLES,
    PHASES,
    QUALIFIER_KINDS,
    SETTINGS,
    SIGNATURES,
    SLOTS,
    Document,
    Finding,
    Json,
    Mention,
)

if TYPE_CHECKING:
    from datasets import DatasetDict

_LICENCE: Final = """
## Licence

The annotations are under CC BY 4.0. An abstract that was not written for nanocart belongs to its
authors or publisher: see to their terms before you pass its text on.
"""
Column = str | tuple[str, ...] | list["Column"] | dict[str, "Column"]
"""The type of a column: a type's name, the names of class labels, a list of one type, or a struct."""

_MENTION: Final[dict[str, Column]] = {
    "id": "string", "start": "int64", "end": "int64", "label": LABELS, "text": "string", "cluster": "string",
}  # fmt: skip
_SAID: Final[dict[str, Column]] = {
    "category": CATEGORIES, "direction": DIRECTIONS, "assertion": ASSERTIONS, "kind": QUALIFIER_KINDS,
}  # fmt: skip
_RELATION: Final[dict[str, Column]] = {
    "id": "string", "label": tuple(SIGNATURES), "head": "string", "tail": "string", "assertion": ASSERTIONS,
}  # fmt: skip
_FINDING: Final[dict[str, Column]] = {
    "id": "string", **{slot: ["string"] for slot in SLOTS}, "outcome": "string", "direction": DIRECTIONS,
    "assertion": ASSERTIONS, "value": "string", "compared_with": "string",
}  # fmt: skip
_STUDY: Final[dict[str, Column]] = {
    "kind": KINDS, "setting": [SETTINGS], "phase": PHASES, "registry": ["string"], "n": "int64",
    "car_made": [CAR_MADE], "particle_role": [PARTICLE_ROLES], "retracted": "bool", "in_scope": "bool",
}  # fmt: skip
_EXTRA: Final = ("sha256", "stratum")
COLUMNS: Final[dict[str, Column]] = {
    "id": "string",
    "title": "string",
    "text": "string",
    "metadata": "string",
    "entities": [{**_MENTION, **_SAID}],
    "relations": [_RELATION],
    "findings": [{**_FINDING, "evidence_start": "int64", "evidence_end": "int64"}],
    "study": _STUDY,
    **dict.fromkeys(_EXTRA, "string"),
}
"""The columns of a dataset with their types, the same whatever the documents hold."""

_MEANING: Final = {
    "id": "the document's identifier",
    "title": "its title, empty where it has none",
    "text": "title, newline, the abstract's paragraphs; all offsets point into exactly this",
    "metadata": "what the source says of the citation, as a JSON object in a string",
    "entities": "the mentions: `text` repeats the characters `start` to `end` of the document, `cluster` is shared by "
    "mentions of one thing; `category` and `direction` are of outcomes, `kind` of qualifiers",
    "relations": "links from one mention (`head`) to another (`tail`), by their ids",
    "findings": "rows of the evidence table, made of ids of mentions; `evidence_start` to `evidence_end` is the "
    "sentence that says it",
    "study": "what kind of study the document reports",
    "sha256": "the hash of the text that was annotated",
    "stratum": "the group that the document was drawn from",
}
_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_SPLIT: Final = re.compile(r"\w+(\.\w+)*")


def to_hf(splits: Mapping[str, Sequence[Document]]) -> DatasetDict:
    """The documents of each split as rows, with the features of `COLUMNS`.

    Raises `UsageError` where the library `datasets` is missing, `RecordError` where a document breaks the schema.

    >>> to_hf({"train": [Document.of("1", "LNPs work.", "")]})["train"][0]["text"]
    'LNPs work.'
    """
    datasets = _library()
    features = datasets.Features({name: _feature(column) for name, column in COLUMNS.items()})
    made = {}
    for split, documents in splits.items():
        rows = [_row(one) for one in documents]
        columns = {name: [one[name] for one in rows] for name in COLUMNS}
        made[split] = datasets.Dataset.from_dict(columns, features=features)
    return datasets.DatasetDict(made)


def from_hf(row: Mapping[str, Any]) -> Document:
    """The document of a row of such a dataset. Class labels are numbers in this version's vocabularies, -1 is null.

    Raises `RecordError` where the row lacks a column or breaks the schema.

    >>> from_hf({"id": "1", "title": "LNPs work."})
    Traceback (most recent call last):
    nanocart.errors.RecordError: record 1: the row has no column 'text' (take it from a dataset that nanocart wrote)
    """
    id_, hint = str(row.get("id", "")), "take it from a dataset that nanocart wrote"
    if missing := [name for name in COLUMNS if name not in row]:
        raise RecordError(f"the row has no column {missing[0]!r}", record=id_, hint=hint)
    try:
        data: Json = _named(COLUMNS, row)
        data["metadata"] = json.loads(data["metadata"])
        for one in data["entities"]:
            one["attributes"] = {name: one.pop(name) for name in _SAID}
        for one in data["findings"]:
            span = [one.pop("evidence_start"), one.pop("evidence_end")]
            one["evidence"] = None if None in span else span
    except (LookupError, TypeError, ValueError) as error:
        raise RecordError(f"not a row of a nanocart dataset: {error!r}", record=id_, hint=hint) from error
    return Document.from_json({key: value for key, value in data.items() if key not in _EXTRA or value is not None})


def export(
    folder: str | os.PathLike[str],
    splits: Mapping[str, Sequence[Document]],
    *,
    name: str,
    summary: str,
    shipped: bool = False,
) -> None:
    """Write a folder that `datasets.load_dataset(folder)` reads: Parquet files and a dataset card, or nothing.

    `name` heads the card; `summary` (Markdown) says there what the documents are and how they were annotated.
    The card states a licence only where the documents are `shipped` ones, as that of others is not ours to state.
    Raises `UsageError` where the folder is not empty, a split is or has a name that `datasets` refuses, or the library
    is missing; `RecordError` where a document breaks the schema; `NanocartError` where the disk fails.
    """
    _check(splits)
    made = to_hf(splits)
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        with whole_folder(Path(folder)) as half:
            (half / "data").mkdir()
            for split, dataset in made.items():
                table = dataset.with_format("arrow")[:]  # its schema names the class labels
                pq.write_table(table, half / "data" / f"{split}-00000-of-00001.parquet", compression="zstd")
            front = _front_matter(made, name, _licence(splits) if shipped else None)
            card = f"---\n{front}\n---\n\n{_card(splits, name, summary)}{_LICENCE if shipped else ''}"
            (half / "README.md").write_text(card, encoding="utf-8")
    except OSError as error:
        problem = f"{folder}: cannot be written: {error.strerror or error}"
        raise NanocartError(problem, hint="nothing was written") from error


def _row(document: Document) -> Json:
    """The document as a row, class labels still by their names. Raises `RecordError` where it breaks the schema."""
    if problems := document.problems():
        raise RecordError(problems[0], record=document.id, hint=f"{len(problems)} problem(s) in this record")
    extra = {name: document.extra.get(name) for name in _EXTRA}
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "metadata": json.dumps(dict(document.metadata), ensure_ascii=False),
        "entities": [_mention_row(one) for one in document.entities],
        "relations": [_fields(one, _RELATION) for one in document.relations],
        "findings": [_finding_row(one) for one in document.findings],
        "study": _fields(document.study, _STUDY),
        **{name: value if isinstance(value, str) else None for name, value in extra.items()},
    }


def _mention_row(one: Mention) -> Json:
    return _fields(one, _MENTION) | _fields(one.attributes, _SAID)


def _finding_row(one: Finding) -> Json:
    start, end = one.evidence or (None, None)
    return _fields(one, _FINDING) | {"evidence_start": start, "evidence_end": end}


def _fields(one: Any, names: Iterable[str]) -> Json:
    values = {name: getattr(one, name) for name in names}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _library() -> Any:
    try:
        import datasets
    except ImportError as error:
        hint = 'pip install "datasets>=3"'
        raise UsageError("Hugging Face datasets are made by the library datasets", hint=hint) from error
    return datasets


def _feature(column: Column) -> Any:
    """The column as a feature; a list in the form that every version since 3 reads."""
    from datasets import ClassLabel, Value

    if isinstance(column, str):
        return Value(column)
    if isinstance(column, tuple):
        return ClassLabel(names=list(column))
    if isinstance(column, list):
        return [_feature(column[0])]
    return {name: _feature(inner) for name, inner in column.items()}


def _named(column: Column, value: Any) -> Any:
    """The value with the names of its class labels, and nothing but what the column knows.

    >>> _named({"kind": KINDS, "setting": [SETTINGS]}, {"kind": 0, "setting": [2, -1], "mine": 7})
    {'kind': 'primary', 'setting': ['human', None]}
    """
    if value is None or isinstance(column, str):
        return value
    if isinstance(column, tuple):
        return column[value] if value >= 0 else None
    if isinstance(column, list):
        return [_named(column[0], one) for one in value]
    return {name: _named(inner, value[name]) for name, inner in column.items()}


def _check(splits: Mapping[str, Sequence[Document]]) -> None:
    """Raises `UsageError` for what could be written, but not be loaded again."""
    if not splits:
        raise UsageError("there is no split to export", hint='name one: {"train": documents}')
    for split, documents in splits.items():
        if not _SPLIT.fullmatch(split) or split == "all":
            hint = 'letters, digits and "_"; "all" stands for all splits together'
            raise UsageError(f"a split cannot be called {split!r}", hint=hint)
        if not documents:
            raise UsageError(f"the split {split!r} has no documents", hint="leave it out: it could not be loaded")


def _licence(splits: Mapping[str, Sequence[Document]]) -> str:
    """The licence of shipped documents, as the hub names it: texts of others are not under that of the annotations."""
    return "cc-by-4.0" if set(splits) == {"written"} else "other"


def _front_matter(made: DatasetDict, name: str, licence: str | None) -> str:
    """The card's YAML: what the hub sorts datasets by, where the files are, and the features."""
    from datasets import DatasetInfo
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    count = sum(len(dataset) for dataset in made.values())
    files = [{"split": split, "path": f"data/{split}-*"} for split in made]
    front = DatasetCardData(
        pretty_name=name,
        language=["en"],
        license=licence,
        task_categories=["token-classification"],
        task_ids=["named-entity-recognition"],
        size_categories=[next((size for limit, size in _SIZES if count < limit), "n>1M")],
        tags=["biology", "medical", "relation-extraction"],
        configs=[{"config_name": "default", "data_files": files}],
    )
    sizes = [
        {"name": split, "num_bytes": dataset.data.nbytes, "num_examples": len(dataset)}
        for split, dataset in made.items()
    ]
    features = next(iter(made.values())).features
    DatasetInfosDict({"default": DatasetInfo(features=features, splits=sizes)}).to_dataset_card_data(front)
    yaml: str = front.to_yaml()
    return yaml


def _card(splits: Mapping[str, Sequence[Document]], name: str, summary: str) -> str:
    counts = {split: _counts(documents) for split, documents in splits.items()}
    wanted = ["documents", *LABELS, *SIGNATURES, "findings"]
    return f"""# {name}

{summary.strip()}

## Columns

One row is one document. Offsets count Unicode code points from 0, ends are exclusive. What a document does not say is
null, or an empty list.

{_table(("column", "what it holds"), _MEANING.items())}

Closed vocabularies are class labels. Their names, from number 0 on:

{_table(("field", "names"), _vocabularies("", COLUMNS))}

## Counts

{_table(("", *splits), [(what, *(str(one[what]) for one in counts.values())) for what in wanted])}

## Loading

```python
from datasets import load_dataset

dataset = load_dataset("path/to/this/folder")
row = dataset["{next(iter(splits))}"][0]
for one in row["entities"]:
    assert row["text"][one["start"]:one["end"]] == one["text"]
```

As a document of nanocart, class labels by their names: `nanocart.corpora.huggingface.from_hf(row)`.
"""


def _counts(documents: Sequence[Document]) -> Counter[str]:
    found: Counter[str] = Counter(documents=len(documents))
    for document in documents:
        found.update(one.label for one in document.entities)
        found.update(one.label for one in document.relations)
        found["findings"] += len(document.findings)
    return found


def _vocabularies(path: str, column: Column) -> list[tuple[str, str]]:
    """Every field with class labels, by its path, and their names.

    >>> _vocabularies("", {"study": {"setting": [SETTINGS]}})
    [('study.setting', 'in vitro, animal, human')]
    """
    if isinstance(column, str):
        return []
    if isinstance(column, tuple):
        return [(path, ", ".join(column))]
    inner = {path: column[0]} if isinstance(column, list) else {f"{path}.{name}": one for name, one in column.items()}
    return [found for name, one in inner.items() for found in _vocabularies(name.removeprefix("."), one)]


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [list(header), *(list(one) for one in rows)]
    cells.insert(1, ["---"] * len(cells[0]))
    return "\n".join(f"| {' | '.join(one)} |" for one in cells)

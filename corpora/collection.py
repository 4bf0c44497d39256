"""Annotated documents by the name of a shipped corpus or from files, whether with their text or in stand-off.

>>> documents, errors = read(["written"])
>>> len(errors)
0
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from nanocart.corpora import gold
from nanocart.corpora.formats import read_documents
from nanocart.corpora.standoff import skeleton
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document, Json

Failure = RecordError | SourceError

PASSES: Final = ("pass-a", "pass-b")


def read(
    targets: Iterable[str | os.PathLike[str]], texts: Sequence[str | os.PathLike[str]] | None = None
) -> tuple[list[Document], list[Failure]]:
    """The documents of several targets, and what could not be read or was refused.

    A target is the name of a shipped corpus ("gold", "written"), of a split ("gold:dev"), of a blind pass
    ("gold:dev:pass-a"), or a file or folder in any format that nanocart reads, stand-off included. Stand-off records
    are joined with `texts` (files or folders); where these are None, they come on blank texts, which is enough to
    count and compare. A folder that has a corpus's name is "./gold". Raises `UsageError` where there is no such corpus.
    """
    documents: list[Document] = []
    errors: list[Failure] = []
    for target in [os.fspath(one) for one in targets]:
        records, whole = _parts(target, errors)
        documents += whole
        if records and texts is None:
            for record in records:
                try:
                    documents.append(skeleton(record))
                except RecordError as error:
                    errors.append(error)
        elif records:
            joined = list(gold.join(records, gold.texts_of([os.fspath(one) for one in texts or []])))
            order = {str(record.get("id")): at for at, record in enumerate(records)}
            fitting = [one for one in joined if isinstance(one, Document)]
            documents += sorted(fitting, key=lambda one: order[one.id])
            errors += [one for one in joined if not isinstance(one, Document)]
    return documents, errors


def is_standoff(record: Json) -> bool:
    """Whether a JSON object is a stand-off record: it has the hash of a text and no text."""
    return "sha256" in record and "text" not in record and "entities" in record


def _parts(target: str, errors: list[Failure]) -> tuple[list[Json], list[Document]]:
    name, *rest = target.split(":")
    if name in gold.CORPORA:
        if name == "written" and not rest:
            return [], gold.load("written")
        if len(rest) == 2 and rest[1] in PASSES:
            gold.standoff(name, rest[0])
            return gold.passes(rest[0])[PASSES.index(rest[1])], []
        if len(rest) < 2:
            return gold.standoff(name, *rest), []
        raise UsageError(f"there is no corpus {target!r}", hint="for example gold, gold:dev, gold:test:pass-a, written")
    path = Path(target)
    if path.is_file() and path.suffix == ".jsonl" and (records := _standoff_lines(path, errors)):
        return records, []
    if ":" not in target and not path.exists() and not any(sign in target for sign in "*?[-/."):
        raise UsageError(f"there is neither a corpus nor a file {target!r}", hint=f"corpora: {', '.join(gold.CORPORA)}")
    whole = []
    for item in read_documents([target]):
        if isinstance(item, Document):
            whole.append(item)
        elif isinstance(item, RecordError | SourceError):
            errors.append(item)
    return [], whole


def _standoff_lines(path: Path, errors: list[Failure]) -> list[Json]:
    """The records of a stand-off file, or nothing where its first line is none."""
    records: list[Json] = []
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                record = json.loads(line) if line.strip() else None
            except ValueError as error:
                if not records:
                    return []
                errors.append(RecordError(f"no JSON: {error}", source=str(path), where=f"line {number}"))
                continue
            if isinstance(record, dict) and is_standoff(record):
                records.append(record)
            elif record is not None and not records:
                return []
            elif record is not None:
                place = f"line {number}"
                errors.append(RecordError("not a stand-off record", source=str(path), where=place))
    return records

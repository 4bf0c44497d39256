"""The texts that nothing may be adapted or trained on: whatever a score is reported on, here or for a public corpus.

They are the dev and test documents of the gold set, the abstracts reserved for them, and the test split of every public
corpus that lies in the folder. An abstract is one of them by identifier, or by its text, whatever its identifier.

>>> held = HeldOut()
>>> held.add({"pmid": "1"}, "Lipid nanoparticles that carry CAR mRNA reprogram T cells in mice.")
>>> held.has({"pmid": 1}), held.has({"pmid": 2}, "Lipid nanoparticles that carry CAR mRNA reprogram T cells in rats.")
(True, True)
"""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from nanocart.corpora import gold, iob, pubtator
from nanocart.corpora.overlap import shingles
from nanocart.corpora.standoff import IDENTIFIERS
from nanocart.errors import SourceError
from nanocart.schema import Document

SHARED: Final = 0.1
"""From this share of its five-word runs on, found in one held-out text, a text counts as held out.

Abstracts on one subject share stock phrases ("the results of this study"), which are below 0.05 of their runs; the test
is of the share contained, not of resemblance, so that a part of a held-out text is found too.
"""


class HeldOut:
    """Identifiers and texts that are held out."""

    def __init__(self) -> None:
        self._names: set[tuple[str, str]] = set()
        self._runs: dict[int, int] = {}
        self._count = 0

    def add(self, identifiers: Mapping[str, Any], text: str = "") -> None:
        """Hold out one abstract: its `pmid`, `doi` and `s2id`, as far as it has them, and its text."""
        self._names |= _named(identifiers)
        self._count += 1
        if text:
            # Hashes instead of the runs: a tenth of the memory. A run of several texts counts for the first of them.
            for one in shingles(text):
                self._runs.setdefault(hash(one), self._count)

    def has(self, identifiers: Mapping[str, Any], text: str = "") -> bool:
        """Whether an abstract is held out, by an identifier or by `SHARED` of its text."""
        if self._names & _named(identifiers):
            return True
        runs = shingles(text) if text else frozenset()
        shared = Counter(number for one in runs if (number := self._runs.get(hash(one))) is not None)
        return bool(shared) and max(shared.values()) >= SHARED * len(runs)


def gold_names() -> HeldOut:
    """The documents of dev and test by their identifiers alone, for which no texts are needed."""
    held = HeldOut()
    for record in [*gold.standoff("gold", "dev"), *gold.standoff("gold", "test")]:
        held.add({"pmid": record["id"], "doi": record["id"], "s2id": record["id"], **record["metadata"]})
    return held


def held_out(folder: str | Path) -> HeldOut:
    """What is held out by the folder that `NANOCART_DATA` names. Raises `SourceError` where a part of it is missing."""
    where = Path(folder)
    held = gold_names()
    trained = {record["id"] for record in gold.standoff("gold", "train")}
    reserved = _lines(where / "reserved.jsonl")
    for row in reserved:
        if not trained & {str(row[key]) for key in IDENTIFIERS if row.get(key)}:
            held.add(row)
    abstracts = where / "abstracts"
    if not abstracts.is_dir():
        raise SourceError("no such folder", source=str(abstracts), hint="it has the texts that are held out")
    for document in gold.texts_of([str(abstracts)]):
        if held.has(document.metadata) and document.id not in trained:
            held.add(document.metadata, document.text)
    for name, text in public_tests(where / "corpora"):
        held.add({"pmid": name}, text)
    return held


def _named(identifiers: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(key, str(identifiers[key]).lower()) for key in IDENTIFIERS if identifiers.get(key)}


def _lines(path: Path) -> list[Mapping[str, Any]]:
    if not path.is_file():
        raise SourceError("no such file", source=str(path), hint="it lists the abstracts that are held out")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def public_tests(folder: Path) -> Iterator[tuple[str, str]]:
    """PMID (or another name) and text of every document in a test split of the public corpora."""
    archives = sorted(folder.glob("*.tar.xz"))
    if not archives:
        raise SourceError("no corpora there", source=str(folder), hint="their test splits are held out")
    for path in archives:
        with tarfile.open(path) as tar:
            for member in tar:
                read = _reader(member.name)
                stream = tar.extractfile(member) if read else None
                if read and stream is not None:
                    found = read(io.BytesIO(stream.read()), f"{path}!{member.name}", labels={})
                    yield from ((one.id, one.text) for one in found if isinstance(one, Document))


def _reader(name: str) -> Any:
    base = Path(name).name.lower()
    if "test" not in base:
        return None
    if base.endswith((".pubtator", ".pubtator.txt")):
        return pubtator.read
    return iob.read if base.endswith(".tsv") else None

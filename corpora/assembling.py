"""From annotators' files in inline mark-up to the stand-off files that ship.

    python -m nanocart.corpora.assembling WORK

WORK holds a folder per reading, each with one file a document: `A` and `B`, the blind passes over dev and test, and
`adj`, the final reading. What `data/gold/sample.tsv` lists is written to `data/gold/`: `dev.jsonl`, `test.jsonl` and a
file for each pass. No word of the texts goes into them.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from nanocart.corpora.markup import read
from nanocart.corpora.saving import whole_file
from nanocart.corpora.standoff import dehydrate
from nanocart.errors import NanocartError, RecordError
from nanocart.schema import Document

GOLD: Final = Path(__file__).parent / "data" / "gold"
READINGS: Final[Mapping[str, str]] = {"A": "-pass-a", "B": "-pass-b", "adj": ""}
"""The folder of each reading, and what the names of its files end with."""
SPLITS: Final = ("dev", "test")


def sample(path: Path = GOLD / "sample.tsv") -> list[dict[str, str]]:
    """The rows of the sample: id, split, stratum, year."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def assemble(work: Path, out: Path = GOLD) -> list[str]:
    """Write the stand-off files of every reading, and name the documents that lack one.

    Raises `RecordError` where a file is not right, before anything of that reading is written.
    """
    missing: list[str] = []
    for folder, ending in READINGS.items():
        records: dict[str, list[str]] = defaultdict(list)
        for row, document in _documents(work / folder, missing):
            record = dehydrate(replace(document, metadata=_identifiers(row)))
            record |= {"split": row["split"], "stratum": row["stratum"]}
            records[row["split"]].append(json.dumps(record, separators=(",", ":")) + "\n")
        for split, lines in records.items():
            with whole_file(out / f"{split}{ending}.jsonl") as stream:
                stream.write("".join(lines).encode())
    return missing


def _documents(folder: Path, missing: list[str]) -> Iterator[tuple[dict[str, str], Document]]:
    for row in sample():
        if row["split"] not in SPLITS:
            continue
        path = folder / f"{row['id'].replace('/', '_')}.txt"
        if not path.exists():
            missing.append(str(path))
            continue
        document = read(path.read_text("utf-8"), source=str(path))
        if document.id != row["id"]:
            raise RecordError(f"the file says {document.id!r}", source=str(path), record=row["id"])
        yield row, document


def _identifiers(row: Mapping[str, str]) -> dict[str, Any]:
    id_ = row["id"]
    kind = "pmid" if id_.isdigit() else "doi" if "/" in id_ else "s2id"
    return {kind: id_} | ({"year": int(row["year"])} if row["year"] else {})


def main() -> None:
    """Assemble, and tell what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    try:
        missing = assemble(parser.parse_args().work)
    except NanocartError as error:
        raise SystemExit(f"Error: {error}") from error
    print("\n".join([f"missing: {one}" for one in missing]) or "complete")


if __name__ == "__main__":
    main()

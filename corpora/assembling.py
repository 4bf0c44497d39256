"""From annotators' files in inline mark-up to the stand-off files that ship.

    python -m nanocart.corpora.assembling WORK

WORK holds a folder per reading, each with one file a document: of dev and test `A` and `B`, the blind passes, and
`adj`, the final reading; of train `T`, the first reading, and `T2`, in which a second reader corrected it.
`planted.jsonl` lists the errors that were planted for the second reader (`nanocart.corpora.planting`); those that were
not caught are put right. What `data/gold/sample.tsv` lists is written to `data/gold/`, without a word of the texts.
Training documents that were not read twice are left out.
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
from nanocart.corpora.planting import read_planted, restore
from nanocart.corpora.saving import whole_file
from nanocart.corpora.standoff import dehydrate
from nanocart.errors import NanocartError, RecordError
from nanocart.schema import Document

GOLD: Final = Path(__file__).parent / "data" / "gold"
READINGS: Final = (
    (("dev", "test"), "A", "-pass-a"),
    (("dev", "test"), "B", "-pass-b"),
    (("dev", "test"), "adj", ""),
    (("train",), "T", "-first"),
    (("train",), "T2", ""),
)
"""The splits of each reading, its folder, and what the names of its files end with."""


def sample(path: Path = GOLD / "sample.tsv") -> list[dict[str, str]]:
    """The rows of the sample: id, split, stratum, year."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def assemble(work: Path, out: Path = GOLD) -> list[str]:
    """Write the stand-off files of every reading, and name the documents that lack one.

    Raises `RecordError` where a file is not right, before anything of that reading is written.
    """
    missing: list[str] = []
    planted = read_planted(work / "planted.jsonl") if (work / "planted.jsonl").exists() else {}
    twice = {path.name for path in (work / "T2").glob("*.txt")}
    for splits, folder, ending in READINGS:
        records: dict[str, list[str]] = defaultdict(list)
        for row, document in _documents(work / folder, splits, missing):
            if splits == ("train",) and f"{_name(row)}.txt" not in twice:
                continue
            right = restore(document, planted.get(document.id, [])) if folder == "T2" else document
            record = dehydrate(replace(right, metadata=_identifiers(row)))
            record |= {"split": row["split"], "stratum": row["stratum"]}
            records[row["split"]].append(json.dumps(record, separators=(",", ":")) + "\n")
        for split, lines in records.items():
            with whole_file(out / f"{split}{ending}.jsonl") as stream:
                stream.write("".join(lines).encode())
    return missing


def _name(row: Mapping[str, str]) -> str:
    return row["id"].replace("/", "_")


def _documents(folder: Path, splits: tuple[str, ...], missing: list[str]) -> Iterator[tuple[dict[str, str], Document]]:
    for row in sample():
        if row["split"] not in splits:
            continue
        path = folder / f"{_name(row)}.txt"
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

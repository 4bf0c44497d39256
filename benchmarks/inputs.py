"""What the benchmarks read: the abstracts of the field, from a folder that is not part of the project."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from nanocart.corpora.formats import read_documents
from nanocart.schema import Document


def parser_for(description: str | None) -> argparse.ArgumentParser:
    """A parser that knows the folder of abstracts."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    named = os.environ.get("NANOCART_DATA")
    hint = "holds abstracts/domain.jsonl.xz (default: $NANOCART_DATA)"
    parser.add_argument("folder", type=Path, nargs="?" if named else None, default=named and Path(named), help=hint)
    return parser


def abstracts(folder: Path, most: int | None = None) -> list[Document]:
    """The documents of the folder's `abstracts/domain.jsonl.xz`, or the first `most` of them."""
    found = read_documents([folder / "abstracts" / "domain.jsonl.xz"])
    return [one for one in found if isinstance(one, Document)][:most]

"""Abstracts of the field for a trained model to annotate, so that a smaller one learns from more than the gold set.

    python -m nanocart.models.learning.unlabelled FILE.jsonl --data FOLDER --documents 2400
    nanocart extract FILE.jsonl -o silver.jsonl --model RUN/model

FOLDER is what `NANOCART_DATA` names: its own abstracts of the field are drawn from, less every text on which a score is
reported (`nanocart.corpora.heldout`) and those that are annotated already.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from nanocart.corpora import gold
from nanocart.corpora.heldout import held_out
from nanocart.corpora.saving import writer_for
from nanocart.schema import Document


def drawn(folder: str | Path, count: int, seed: int) -> list[Document]:
    """So many abstracts of the field, by chance. Raises `SourceError` where a part of the folder is missing."""
    held = held_out(folder)
    for record in gold.standoff("gold", "train"):
        held.add({"pmid": record["id"], "doi": record["id"], "s2id": record["id"], **record["metadata"]})
    texts = gold.texts_of([str(Path(folder) / "abstracts" / "domain.jsonl.xz")])
    free = [one for one in texts if not held.has(one.metadata, one.text)]
    return [free[at] for at in sorted(np.random.default_rng(seed).permutation(len(free))[:count])]


def main() -> None:
    """Draw as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("out")
    parser.add_argument("--data", default=os.environ.get("NANOCART_DATA", ""), help="default: NANOCART_DATA")
    parser.add_argument("--documents", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    writer_for(args.out).write(drawn(args.data, args.documents, args.seed))


if __name__ == "__main__":
    main()

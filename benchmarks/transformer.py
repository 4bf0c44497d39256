"""How many words a second does nanocart read with its model, beside plain transformers with the same encoder?

    python benchmarks/transformer.py [FOLDER] [--documents N] [--rounds N] [--seed N]

nanocart does all that it does: scope, mentions, concepts, relations, findings, study facts. The other one is
transformers' own pipeline for token classification in float32, in batches of 8, with the released encoder under a
head of the same size; it gives mentions only, and cuts texts at 512 pieces. Both read the same abstracts, drawn by a
seed, in turns; each one's median counts. Needs: pip install "nanocart[train]".
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from statistics import median

from inputs import abstracts, parser_for
from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

import nanocart
from nanocart.models.labels import Tags
from nanocart.models.shelf import SHIPPED
from nanocart.schema import LABELS


def seconds(read: Callable[[list[str]], None], texts: list[str]) -> float:
    """How long reading the texts takes."""
    start = time.perf_counter()
    read(texts)
    return time.perf_counter() - start


def ours(**settings: bool) -> Callable[[list[str]], None]:
    """nanocart's whole pipeline."""
    nlp = nanocart.load(device="cpu", **settings)

    def read(texts: list[str]) -> None:
        for _ in nlp.pipe(texts):
            pass

    return read


def plain() -> Callable[[list[str]], None]:
    """The pipeline of transformers."""
    count = len(Tags(LABELS).names)
    model = AutoModelForTokenClassification.from_pretrained(SHIPPED, num_labels=count).float()
    tokenizer = AutoTokenizer.from_pretrained(SHIPPED, model_max_length=512)
    reader = pipeline("token-classification", model=model, tokenizer=tokenizer, device="cpu", batch_size=8)

    def read(texts: list[str]) -> None:
        for _ in reader(texts):
            pass

    return read


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--documents", type=int, default=400, help="abstracts to read (default: 400)")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each takes (default: 3)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (default: 0)")
    args = parser.parse_args()
    every = [document.text for document in abstracts(args.folder)]
    texts = random.Random(args.seed).sample(every, min(args.documents, len(every)))
    words = sum(len(text.split()) for text in texts)
    print(f"{len(texts):,} of {len(every):,} abstracts, {words:,} words, {args.rounds} rounds")
    readers = {"nanocart": ours(), "nanocart, any scope": ours(scope=False), "plain transformers": plain()}
    for read in readers.values():
        read(texts[:32])
    took = [[seconds(read, texts) for read in readers.values()] for _ in range(args.rounds)]
    rates = [words / median(times) for times in zip(*took, strict=True)]
    print(f"{'':20} words a second   ratio to plain")
    for name, rate in zip(readers, rates, strict=True):
        print(f"{name:20} {rate:14,.0f} {rate / rates[-1]:16.2f}")


if __name__ == "__main__":
    main()

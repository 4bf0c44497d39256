"""How many words a second does the whole pipeline read, beside spaCy's bare tokeniser in the same run?

    python benchmarks/throughput.py [FOLDER] [--model NAME] [--processes N...] [--rounds N] [--documents N]

Words are separated by white space. The two take turns, round by round, and each one's median counts; loading is not
timed, but starting the processes is.
"""

from __future__ import annotations

import time
from statistics import median

import spacy
from inputs import abstracts, parser_for
from spacy.language import Language

import nanocart

WARM_UP = 200
"""Texts that are read before the clock runs."""


def seconds(nlp: Language, texts: list[str], processes: int) -> float:
    """How long `nlp.pipe` takes over the texts."""
    start = time.perf_counter()
    for _ in nlp.pipe(texts, n_process=processes):
        pass
    return time.perf_counter() - start


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], help="that read at once (default: 1 2)")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each takes (default: 3)")
    parser.add_argument("--model", default="rules", help="'rules' (default), 'transformer' or a folder")
    parser.add_argument("--documents", type=int, help="read only the first N abstracts")
    args = parser.parse_args()
    texts = [document.text for document in abstracts(args.folder, args.documents)]
    words = sum(len(text.split()) for text in texts)
    print(f"{len(texts):,} abstracts, {words:,} words, {args.rounds} rounds")
    bare, ours = spacy.blank("en"), nanocart.load(args.model)
    for nlp in (bare, ours):
        seconds(nlp, texts[:WARM_UP], 1)
    print("processes   tokeniser alone    nanocart   (words a second)   ratio")
    for processes in args.processes:
        rounds = [(seconds(bare, texts, processes), seconds(ours, texts, processes)) for _ in range(args.rounds)]
        alone, read = (words / median(times) for times in zip(*rounds, strict=True))
        print(f"{processes:9} {alone:17,.0f} {read:11,.0f} {read / alone:26.3f}", flush=True)


if __name__ == "__main__":
    main()

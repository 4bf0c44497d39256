"""How many words a second does the whole rule pipeline read, beside spaCy's bare tokeniser in the same run?

    python benchmarks/throughput.py [FOLDER] [--processes N] [--rounds N] [--documents N]

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
    parser.add_argument("--processes", type=int, default=2, help="processes that read at once (default: 2)")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each takes (default: 3)")
    parser.add_argument("--documents", type=int, help="read only the first N abstracts")
    args = parser.parse_args()
    texts = [document.text for document in abstracts(args.folder, args.documents)]
    words = sum(len(text.split()) for text in texts)
    print(f"{len(texts):,} abstracts, {words:,} words; processes: {args.processes}; rounds: {args.rounds}")
    readers = {"spacy.blank('en'), the tokeniser alone": spacy.blank("en"), "nanocart, every rule": nanocart.load()}
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for nlp in readers.values():
        seconds(nlp, texts[:WARM_UP], 1)
    for _ in range(args.rounds):
        for name, nlp in readers.items():
            taken[name].append(seconds(nlp, texts, args.processes))
    bare, ours = (words / median(times) for times in taken.values())
    for name, speed in zip(readers, (bare, ours), strict=True):
        print(f"{name:40} {speed:10,.0f} words a second")
    print(f"ratio: nanocart reads at {ours / bare:.3f} of the bare tokeniser's speed")


if __name__ == "__main__":
    main()

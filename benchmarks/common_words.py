"""Which words do most biomedical abstracts have? Writes `nlp/data/common_words.txt`, the commonest first.

    python benchmarks/common_words.py [FOLDER] > nlp/data/common_words.txt

Words in the compared form of `nanocart.screen.normal` that at least one in 500 of the abstracts in
FOLDER/abstracts/general.jsonl.xz has.
"""

from __future__ import annotations

from collections import Counter

from inputs import parser_for

from nanocart.corpora.formats import read_documents
from nanocart.schema import Document
from nanocart.screen.normal import words

SHARE = 500


def main() -> None:
    folder = parser_for(__doc__).parse_args().folder
    seen: Counter[str] = Counter()
    count = 0
    for one in read_documents([folder / "abstracts" / "general.jsonl.xz"]):
        if isinstance(one, Document):
            count += 1
            seen.update(set(words(one.text)))
    common = [word for word, times in seen.items() if SHARE * times >= count and word.isascii() and word.isalpha()]
    print(f"# Words of biomedical abstracts, those first that most have, down to one in {SHARE}.")
    print("\n".join(sorted(common, key=lambda word: (-seen[word], word))))


if __name__ == "__main__":
    main()

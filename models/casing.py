"""The case of words, for encoders whose vocabulary is lower-cased: to them CART, cART and Cart look alike.

Every piece gets the class of the word that it is a part of, as its token type, so that the classes are a part of a
plain BERT: its table of token types has a row each, and row 0 is what the encoder was trained with.

>>> [case_of(word) for word in ("cells", "Lipid", "CD19", "mRNA", "CARs", "T", "5")]
[0, 1, 2, 3, 4, 5, 0]
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

CASES: Final = ("lower", "capitalised", "upper", "inner", "mixed", "letter")
"""The classes by number; what has no letters is `lower`.

`inner` is a small letter before a capital one (mRNA, cART), `mixed` a capital first and more than one (CARs, TfR),
`letter` a single capital (T).
"""


@lru_cache(maxsize=65_536)
def case_of(word: str) -> int:
    """The class of a word, as an index of `CASES`."""
    letters = [one for one in word if one.isalpha()]
    capitals = sum(one.isupper() for one in letters)
    if not capitals:
        return 0
    if capitals == len(letters):
        return 5 if len(letters) == 1 and len(word) == 1 else 2
    if letters[0].islower():
        return 3
    return 1 if capitals == 1 else 4

"""The tokeniser, with the cuts that this literature needs.

"anti-CD19", "mRNA-LNPs", "CAR-T/NK", "IFN-γ+", "CD19CAR" come apart, since a mention may end inside them; "i.v.",
"1.5", "10,000" and "e.g." stay whole. One regular expression does it, which is quicker than rules and caches of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer, registry
from spacy.vocab import Vocab

from nanocart.annotations import keep_text

# Each alternative is a token; every character is one by itself in the end, so nothing of a text is ever lost.
_TOKEN: Final = re.compile(
    r"((?:i\.v|i\.p|s\.c|i\.t|i\.m|p\.o|e\.g|i\.e|vs|al|cf|approx|etc|figs?|nos)\.(?!\w)"
    r"|https?://[^\s<>\"]*[^\s<>\".,;:)\]]"
    r"|\d+(?:[.,·]\d+)+"
    r"|[^\W\d_]+\d+(?=CAR)"  # "CD19CAR"
    r"|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*"
    r"|['’](?:s|t|re|ve|ll|d|m)\b"
    r"|\s+"
    r"|.)( ?)",
    re.IGNORECASE | re.DOTALL,
)


class Tokenizer(DummyTokenizer):
    """Makes the `Doc` of a text, and leaves the text with it, so that nobody has to put it together again.

    >>> [token.text for token in Tokenizer(Vocab())("anti-CD19 CAR-T/NK cells i.v.")]
    ['anti', '-', 'CD19', 'CAR', '-', 'T', '/', 'NK', 'cells', 'i.v.']
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The tokens of a text; `doc.text` is the text again, character by character."""
        pieces = _TOKEN.findall(text)
        doc = Doc(self.vocab, words=[word for word, _ in pieces], spaces=[space == " " for _, space in pieces])
        keep_text(doc, text)
        return doc


def words(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text start and end, those of white space left out.

    >>> words("CAR-T cells")
    [(0, 3), (3, 4), (4, 5), (6, 11)]
    """
    return [match.span(1) for match in _TOKEN.finditer(text) if not match[1].isspace()]


@registry.tokenizers("nanocart.Tokenizer.v1")  # type: ignore[untyped-decorator]
def create_tokenizer() -> Callable[[Language], Tokenizer]:
    """What spaCy's configuration calls to make the tokeniser of a pipeline.

    >>> nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "nanocart.Tokenizer.v1"}}})
    """
    return make_tokenizer


def make_tokenizer(nlp: Language) -> Tokenizer:
    """The tokeniser over the pipeline's own vocabulary."""
    return Tokenizer(nlp.vocab)

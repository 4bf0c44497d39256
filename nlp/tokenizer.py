"""The tokeniser: spaCy's English one, with the cuts that this literature needs.

"anti-CD19", "mRNA-LNPs", "CAR-T/NK", "IFN-γ+", "CD19CAR" come apart, since a mention may end inside them; "i.v.",
"1.5", "10,000" and "e.g." stay whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from spacy.lang.en import English
from spacy.language import Language
from spacy.symbols import ORTH
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

from nanocart.annotations import keep_text

_DASHES: Final = r"[-\u2010-\u2015\u2212]"
_SIGNS: Final = r"[/+@·•=<>≥≤±~×→←↑↓|∼^*&]"
_INFIXES: Final = (
    _DASHES,
    _SIGNS,
    r"[()\[\]{};:\"“”]",
    r"(?<=\w),(?=[^\W\d])",  # "CD3,CD4", never "10,000"
    r"(?<=[a-z]{2})\.(?=[A-Z])",  # a full stop that lost its space
    r"(?<=\d)(?=CAR)",  # "CD19CAR"
    r"…",
)
_AFFIXES: Final = (_DASHES, _SIGNS, r"[®™©†‡§°′]")
_WHOLE: Final = [
    "i.v.",
    "i.p.",
    "s.c.",
    "i.t.",
    "i.m.",
    "p.o.",
    "e.g.",
    "i.e.",
    "vs.",
    "al.",
    "cf.",
    "approx.",
    "ca.",
    "Fig.",
    "Figs.",
    "No.",
    "Nos.",
    "etc.",
    "sp.",
    "spp.",
]


@registry.tokenizers("nanocart.Tokenizer.v1")  # type: ignore[untyped-decorator]
def create_tokenizer() -> Callable[[Language], Tokenizer]:
    """What spaCy's configuration calls to make the tokeniser of a pipeline.

    >>> nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "nanocart.Tokenizer.v1"}}})
    >>> [token.text for token in nlp("anti-CD19 CAR-T/NK")]
    ['anti', '-', 'CD19', 'CAR', '-', 'T', '/', 'NK']
    """
    return make_tokenizer


class KeepingTokenizer(Tokenizer):  # type: ignore[misc]
    """spaCy's tokeniser, which also leaves the text with the document, so that nobody has to put it together again."""

    def __call__(self, string: str) -> Doc:
        """The tokens of a text."""
        doc: Doc = super().__call__(string)
        keep_text(doc, string)
        return doc


def make_tokenizer(nlp: Language) -> Tokenizer:
    """The tokeniser over the pipeline's own vocabulary."""
    defaults = English.Defaults
    rules = dict(defaults.tokenizer_exceptions or {}) | {word: [{ORTH: word}] for word in _WHOLE}
    return KeepingTokenizer(
        nlp.vocab,
        rules=rules,
        prefix_search=compile_prefix_regex([*(defaults.prefixes or ()), *_AFFIXES]).search,
        suffix_search=compile_suffix_regex([*(defaults.suffixes or ()), *_AFFIXES]).search,
        infix_finditer=compile_infix_regex(_INFIXES).finditer,
        url_match=defaults.url_match,
    )

"""A small tokeniser for tests, so that they need no weights."""

from __future__ import annotations

import pytest

tokenizers = pytest.importorskip("tokenizers", reason="the tokeniser is not installed: pip install 'nanocart[train]'")

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cells", "nano", "##particle", "##s", "t", "car", "-", ".", "μ"]


def small_tokenizer(pieces: list[str] | None = None) -> tokenizers.Tokenizer:
    """An uncased WordPiece over a few pieces."""
    vocabulary = {piece: at for at, piece in enumerate(pieces or PIECES)}
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    return made

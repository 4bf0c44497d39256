"""A small tokeniser and a small encoder for tests, so that they need no weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from nanocart import corpora

tokenizers = pytest.importorskip("tokenizers", reason="the tokeniser is not installed: pip install 'nanocart[train]'")

WRITTEN = corpora.load("written")
TAUGHT, UNSEEN = WRITTEN[:90], WRITTEN[90:]

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cells", "nano", "##particle", "##s", "t", "car", "-", ".", "μ"]


def small_tokenizer(pieces: list[str] | None = None) -> tokenizers.Tokenizer:
    """An uncased WordPiece over a few pieces."""
    vocabulary = {piece: at for at, piece in enumerate(pieces or PIECES)}
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    return made


def common_pieces(texts: Iterable[str]) -> list[str]:
    """The letters and the commonest words, the same in every run (which trainers of `tokenizers` do not promise)."""
    splitter = small_tokenizer()
    seen: Counter[str] = Counter()
    for text in texts:
        normal = splitter.normalizer.normalize_str(text)
        seen.update(word for word, _ in splitter.pre_tokenizer.pre_tokenize_str(normal))
    letters = sorted({letter for word in seen for letter in word})
    words = sorted(seen, key=lambda word: (-seen[word], word))[:2500]
    return list(dict.fromkeys([*letters, *(f"##{letter}" for letter in letters), *words]))


def small_bert(folder: Path) -> None:
    """A BERT of two layers with random weights, and a vocabulary of the texts that are taught."""
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    made = small_tokenizer([*special, *common_pieces(one.text for one in TAUGHT)])
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=made, **names).save_pretrained(folder)
    size = {"hidden_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 192}
    BertModel(BertConfig(vocab_size=made.get_vocab_size(), **size)).save_pretrained(folder)

"""Words, pieces and windows: every word is read once, nothing is cut, and offsets are those of the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.models.encoding import OVERLAP, Cutter, Words, batch, covered, inside, windows
from tests.models.small import PIECES, small_tokenizer

CUTTER = Cutter(small_tokenizer())


def test_words_pieces_and_case() -> None:
    found = CUTTER.cut("CAR-T nanoparticles")
    assert found.offsets.tolist() == [[0, 3], [3, 4], [4, 5], [6, 19]]
    assert [PIECES[at] for at in found.pieces] == ["car", "-", "t", "nano", "##particle", "##s"]
    assert found.starts.tolist() == [0, 1, 2, 3, 6]
    assert found.cases.tolist() == [2, 0, 5, 0]


def test_a_word_that_no_piece_stands_for_is_unknown_and_stays_a_word() -> None:
    found = CUTTER.cut("🦠 cells")
    assert [PIECES[at] for at in found.pieces] == ["[UNK]", "cells"]
    assert len(found) == 2


def test_padding_and_truncation_of_a_tokenizer_are_not_ours() -> None:
    tokenizer = small_tokenizer()
    tokenizer.enable_padding(length=8)
    tokenizer.enable_truncation(2)
    assert len(Cutter(tokenizer).pieces("nanoparticles")) == 3


def test_a_byte_level_vocabulary_is_told_which_words_stand_behind_a_blank() -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    vocabulary = {"<s>": 0, "</s>": 1, "<unk>": 2, "<pad>": 3, "a": 4, "Ġ": 5, "Ġa": 6, "-": 7}
    made = Tokenizer(models.BPE(vocabulary, [("Ġ", "a")], unk_token="<unk>"))
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    assert Cutter(made).cut("a a-a").pieces.tolist() == [4, 6, 7, 4]


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_to_read(text: str) -> None:
    found = CUTTER.cut(text)
    assert len(found) == 0
    assert windows(found, 32) == []


def words(lengths: list[int]) -> Words:
    """Words of so many pieces each."""
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    offsets = np.array([(2 * at, 2 * at + 1) for at in range(len(lengths))], dtype=np.int32).reshape(-1, 2)
    return Words(offsets, np.arange(starts[-1], dtype=np.int32), starts, np.zeros(len(lengths), dtype=np.int8))


def test_a_text_that_fits_is_one_window() -> None:
    (only,) = windows(words([1] * 98), 100)
    assert (only.first, only.stop, only.take) == (0, 98, (0, 98))


def test_a_longer_text_is_read_in_windows_that_overlap() -> None:
    # 98 pieces beside the two special ones; the second window goes back by the overlap.
    first, second = windows(words([1] * 130), 100)
    assert (first.first, first.stop) == (0, 98)
    assert (second.first, second.stop) == (98 - OVERLAP, 130)
    # Of the words that both hold each window gives the half that is farther from its edge.
    assert (first.take, second.take) == ((0, 66), (66, 130))


@given(st.lists(st.integers(1, 16), min_size=1, max_size=400), st.sampled_from([90, 128, 200]))
def test_every_word_is_taken_from_one_window_that_holds_it(lengths: list[int], size: int) -> None:
    found = words(lengths)
    parts = windows(found, size)
    taken = [at for one in parts for at in range(*one.take)]
    assert taken == list(range(len(lengths)))
    for one in parts:
        assert one.first <= one.take[0] <= one.take[1] <= one.stop
        assert found.starts[one.stop] - found.starts[one.first] + 2 <= size


def test_a_batch() -> None:
    one, two = CUTTER.cut("CAR-T cells"), CUTTER.cut("cells.")
    parts = [(one, np.array([1, 0, 0, 2]), windows(one, 32)[0]), (two, np.zeros(2, dtype=int), windows(two, 32)[0])]
    given_ = batch(CUTTER, parts, pad_to=1)
    assert [PIECES[at] for at in given_["input_ids"][0]] == ["[CLS]", "car", "-", "t", "cells", "[SEP]"]
    assert [PIECES[at] for at in given_["input_ids"][1]] == ["[CLS]", "cells", ".", "[SEP]", "[PAD]", "[PAD]"]
    assert given_["attention_mask"].tolist() == [[1] * 6, [1, 1, 1, 1, 0, 0]]
    assert given_["hints"][0].tolist() == [0, 1, 0, 0, 2, 0]
    assert given_["cases"][0].tolist() == [0, 2, 0, 5, 0, 0]
    assert given_["firsts"].tolist() == [[1, 2, 3, 4], [1, 2, 0, 0]]


def test_the_words_between_two_offsets() -> None:
    found = CUTTER.cut("CAR-T cells die")
    assert inside(found, (5, 12)).tolist() == [[3, 4]]
    assert inside(found, (5, 6)).tolist() == [[3, 3]]  # only a blank
    assert inside(found, (0, 15)).tolist() == [[0, 5]]


def test_the_words_that_a_span_touches() -> None:
    found = CUTTER.cut("CAR-T cells")
    assert covered(found, (0, 5)).tolist() == [[0, 3]]
    assert covered(found, (8, 10)).tolist() == [[3, 4]]  # within a word
    assert covered(found, (10, 11)).tolist() == [[3, 4]]
    assert covered(found, (5, 6)).tolist() == [[3, 4]]  # only a blank: the word behind it

"""From a text to the numbers that an encoder reads: words, their pieces, their case, in windows that overlap.

Words are the pipeline's own tokens, each cut into pieces by itself, so that every mention begins and ends with a word
and the pieces of a word can be kept. Needs `tokenizers`, not torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nanocart.models.casing import case_of
from nanocart.tokenizer import words

if TYPE_CHECKING:
    from tokenizers import Tokenizer

OVERLAP: Final = 64
"""Pieces that a window shares with the one before."""
_KEPT: Final = 200_000
"""Words whose pieces are kept."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: offsets (words × 2), pieces end to end, where each word's begin, and each word's case."""

    offsets: NDArray[np.int32]
    pieces: NDArray[np.int32]
    starts: NDArray[np.int32]
    cases: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.offsets)


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words that the encoder reads at once, and those of them whose states are taken from it."""

    first: int
    stop: int
    take: tuple[int, int]

    def __len__(self) -> int:
        return self.take[1] - self.take[0]


class Cutter:
    """Cuts words into pieces and keeps what it has cut."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._kept: dict[str, tuple[int, ...]] = {}
        # Byte-level vocabularies tell a word behind a blank from one that goes on.
        bare, spaced = (tokenizer.encode(word, add_special_tokens=False).ids for word in ("a", " a"))
        self._spaced = bare != spaced
        ids = [tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", "[UNK]", "[PAD]")]
        if None in ids:  # byte-level vocabularies
            ids = [tokenizer.token_to_id(name) for name in ("<s>", "</s>", "<unk>", "<pad>")]
        self.begin, self.end, self.unknown, self.padding = (0 if one is None else one for one in ids)

    @classmethod
    def from_file(cls, path: str | Path) -> Cutter:
        """The cutter of a `tokenizer.json`."""
        from tokenizers import Tokenizer

        return cls(Tokenizer.from_file(str(path)))

    def pieces(self, word: str) -> tuple[int, ...]:
        """The pieces of a word, at least one."""
        found = self._kept.get(word)
        if found is None:
            ids = self._tokenizer.encode(word, add_special_tokens=False).ids
            # A word of a thousand letters is no word: its first pieces stand for it.
            found = tuple(ids[:16]) or (self.unknown,)
            if len(self._kept) < _KEPT:
                self._kept[word] = found
        return found

    def cut(self, text: str, spans: Sequence[tuple[int, int]] | None = None) -> Words:
        """The words of a text, or those at the given offsets."""
        spans = words(text) if spans is None else spans
        pieces: list[int] = []
        starts: list[int] = []
        cases: list[int] = []
        for start, stop in spans:
            word = text[start:stop]
            starts.append(len(pieces))
            cases.append(case_of(word))
            pieces += self.pieces(f" {word}" if self._spaced and text[start - 1 : start].isspace() else word)
        return Words(
            np.array(spans, dtype=np.int32).reshape(-1, 2),
            np.array(pieces, dtype=np.int32),
            np.array([*starts, len(pieces)], dtype=np.int32),
            np.array(cases, dtype=np.int8),
        )


def inside(found: Words, spans: ArrayLike) -> NDArray[np.int64]:
    """The words that lie within spans (each two offsets), as (first, after the last)."""
    start, end = np.asarray(spans, dtype=np.int64).reshape(-1, 2).T
    first = np.searchsorted(found.offsets[:, 0], start, side="left")
    return np.stack([first, np.maximum(first, np.searchsorted(found.offsets[:, 1], end, side="right"))], 1)


def covered(found: Words, spans: ArrayLike) -> NDArray[np.int64]:
    """The words that spans touch, as (first, after the last); at least one each, where there are words at all."""
    start, end = np.asarray(spans, dtype=np.int64).reshape(-1, 2).T
    first = np.minimum(np.searchsorted(found.offsets[:, 1], start, side="right"), max(len(found) - 1, 0))
    return np.stack([first, np.maximum(np.searchsorted(found.offsets[:, 0], end, side="left"), first + 1)], 1)


def leading(found: Words, end: int) -> int:
    """How many words begin before an offset, such as the end of the title; at least one."""
    return max(1, int(np.searchsorted(found.offsets[:, 0], end, side="left")))


def windows(found: Words, size: int) -> list[Window]:
    """The windows of at most `size` pieces (the two special ones included) that cover the words.

    Neighbours overlap, and a word's state is taken from the window in which it stands farther from the edge. A text
    that fits is one window.
    """
    room, count = size - 2, len(found)
    if not count:
        return []
    if int(found.starts[-1]) <= room:
        return [Window(0, count, (0, count))]
    cuts: list[tuple[int, int]] = []
    first = 0
    while True:
        stop = int(np.searchsorted(found.starts, found.starts[first] + room, side="right")) - 1
        cuts.append((first, min(stop, count)))
        if stop >= count:
            break
        again = int(np.searchsorted(found.starts, found.starts[stop] - OVERLAP))
        first = max(again, first + 1)
    edges = [0, *((b[0] + a[1]) // 2 for a, b in pairwise(cuts)), count]
    return [Window(*cut, (edges[at], edges[at + 1])) for at, cut in enumerate(cuts)]


def batch(
    cutter: Cutter, parts: Sequence[tuple[Words, NDArray[Any], Window]], pad_to: int = 8
) -> dict[str, NDArray[np.int64]]:
    """The encoder's input for windows, each with its document's words and a hint for each of them.

    `input_ids`, `cases` and `hints` are windows × pieces, `attention_mask` says which are padding. `firsts` (windows ×
    words) is where the first piece stands of each word whose state is taken from the window, 0 behind the last one.
    """
    lengths = [int(found.starts[window.stop] - found.starts[window.first]) + 2 for found, _, window in parts]
    width = -(-max(lengths) // pad_to) * pad_to
    ids = np.full((len(parts), width), cutter.padding, dtype=np.int64)
    cases, hints, mask = (np.zeros((len(parts), width), dtype=np.int64) for _ in range(3))
    firsts = np.zeros((len(parts), max(len(window) for _, _, window in parts)), dtype=np.int64)
    for row, ((found, hinted, window), length) in enumerate(zip(parts, lengths, strict=True)):
        begin, end = found.starts[window.first], found.starts[window.stop]
        of = np.repeat(np.arange(window.first, window.stop), np.diff(found.starts[window.first : window.stop + 1]))
        ids[row, 0], ids[row, length - 1] = cutter.begin, cutter.end
        ids[row, 1 : length - 1] = found.pieces[begin:end]
        cases[row, 1 : length - 1] = found.cases[of]
        hints[row, 1 : length - 1] = hinted[of]
        mask[row, :length] = 1
        firsts[row, : len(window)] = found.starts[slice(*window.take)] - begin + 1
    return {"input_ids": ids, "cases": cases, "hints": hints, "attention_mask": mask, "firsts": firsts}

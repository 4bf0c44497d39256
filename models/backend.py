"""What runs a network, whatever library does it: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

Array = NDArray[Any]


class Backend(Protocol):
    """The functions of a network. Scores are logits."""

    def encode(self, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """States (windows × words × width) and scores of tags (windows × words × tags); see `batch` and `READ`."""

    def scope(self, states: Array, title: int) -> float:
        """The score of a text (words × width, of which so many words are its title) for speaking of the field."""

    def mentions(self, states: Array, spans: Array) -> tuple[Array, Mapping[str, Array]]:
        """A vector for each span (mentions × size), and the scores of each attribute."""

    def pairs(self, states: Array, mentions: Array, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """Scores of joins (pairs × joins) and of their assertion."""

"""The heads of the network in numpy: what is said of mentions, and scores of pairs; and their vocabularies.

The same layers as `models/learning/network.py`, which trains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from nanocart.models.backend import Array
from nanocart.schema import ASSERTIONS, CATEGORIES, DIRECTIONS, QUALIFIER_KINDS

ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "category": CATEGORIES,
    "direction": DIRECTIONS,
    "assertion": ASSERTIONS,
    "kind": QUALIFIER_KINDS,
}
"""What is said of a mention, and the values that it can have."""
PAIRS: Final = 16_384
"""Pairs that are scored at once: a book has millions, whose hidden states are not to be held together."""


class Heads:
    """The heads, given their weights by the names that training gives them. Raises `KeyError` where one is missing."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        plain = {name.removeprefix("heads."): one.astype(np.float32) for name, one in weights.items()}
        self._mention = plain["mention.weight"].T, plain["mention.bias"]
        self._attributes = {
            name: (plain[f"attributes.{name}.weight"].T, plain[f"attributes.{name}.bias"]) for name in ATTRIBUTES
        }
        self._head = plain["head.weight"].T, plain["head.bias"]
        self._tail, self._between = plain["tail.weight"].T, plain["between.weight"].T
        self._product = plain["product.0.weight"].T, plain["product.1.weight"].T
        self._features = plain["features.weight"]
        self._joins = plain["joins.weight"].T, plain["joins.bias"]
        self._certainty = plain["certainty.weight"].T, plain["certainty.bias"]
        self._scope = plain.get("scope.weight"), plain.get("scope.bias")

    def scope(self, states: Array, title: int) -> float:
        """How much a text speaks of the field, given the states of its words, of which so many are its title.

        Raises `KeyError` where the weights have no such head, as those of models that never learnt it.
        """
        weight, bias = self._scope
        if weight is None or bias is None:
            raise KeyError("scope.weight")
        found = np.concatenate([states[:title].mean(0), states.mean(0), states.max(0)])
        return float(found @ weight[0] + bias[0])

    def mentions(self, states: Array, spans: Array) -> tuple[Array, Mapping[str, Array]]:
        """A vector for each span (first and last word, inclusive) of words, and the scores of each attribute."""
        count = spans[:, 1] + 1 - spans[:, 0]
        begin = np.cumsum(count) - count
        words = np.arange(count.sum()) - np.repeat(begin, count) + np.repeat(spans[:, 0], count)
        mean = np.add.reduceat(states[words], begin) / count[:, None] if len(spans) else states[:0]
        found = np.concatenate([states[spans[:, 0]], states[spans[:, 1]], mean.astype(np.float32)], 1)
        vectors = _gelu(found @ self._mention[0] + self._mention[1])
        return vectors, {name: vectors @ weight + bias for name, (weight, bias) in self._attributes.items()}

    def pairs(self, states: Array, mentions: Array, given: Mapping[str, Array]) -> tuple[Array, Array]:
        """Scores of joins (pairs × joins) and of their assertion; `between` are words (first, after the last)."""
        sums = _running(states @ self._between)
        heads, tails = mentions @ self._head[0] + self._head[1], mentions @ self._tail
        one, other = (mentions @ weight for weight in self._product)
        joins = np.zeros((len(given["head"]), len(self._joins[1])), dtype=np.float32)
        certainty = np.zeros((len(joins), len(ASSERTIONS)), dtype=np.float32)
        for at in range(0, len(joins), PAIRS):
            some = slice(at, at + PAIRS)
            head, tail, words = given["head"][some], given["tail"][some], given["between"][some]
            between = (sums[words[:, 1]] - sums[words[:, 0]]) / np.maximum(words[:, 1:] - words[:, :1], 1)
            hidden = heads[head] + tails[tail] + one[head] * other[tail] + between.astype(np.float32)
            for column in given["features"][some].T:
                hidden += self._features[column]
            hidden = _gelu(hidden)
            joins[some] = hidden @ self._joins[0] + self._joins[1]
            certainty[some] = hidden @ self._certainty[0] + self._certainty[1]
        return joins, certainty


def _running(states: Array) -> Array:
    """The sums of the states up to each word, in float64, since the differences of large sums are small."""
    return np.concatenate([np.zeros((1, states.shape[1])), states.cumsum(0, dtype=np.float64)])


def _gelu(values: Array) -> Array:
    """Gaussian error linear unit (Hendrycks and Gimpel 2016)."""
    from scipy.special import erf  # takes a tenth of a second to import, and the rules need only the vocabularies

    found: Array = 0.5 * values * (1 + erf(values * np.float32(0.5**0.5)))
    return found

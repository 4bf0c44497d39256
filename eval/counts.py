"""Counts of what was right, spurious and missed, and the figures that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, false positives and false negatives.

    Where nothing was predicted precision is 0, where nothing is in the gold recall is 0; with neither, all three
    figures are 1, since nothing was to be found and nothing was claimed.

    >>> (Counts(3, 1, 2) + Counts(1, 0, 0)).recall
    0.6666666666666666
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        """Share of the predicted that is right."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else float(not self.fn)

    @property
    def recall(self) -> float:
        """Share of the gold that was found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else float(not self.fp)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn)."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp + self.fp + self.fn else 1.0


def total(counts: Iterable[Counts]) -> Counts:
    """The sum of counts, for a micro-average."""
    return sum(counts, Counts())


def f1_interval(
    counts: Iterable[Counts], *, resamples: int = 10_000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of micro-F1 over documents (Efron 1979), from the counts of each document.

    >>> f1_interval([Counts(1, 0, 0), Counts(1, 0, 0)])
    (1.0, 1.0)
    """
    table = np.array([(one.tp, one.fp, one.fn) for one in counts], dtype=np.int64).reshape(-1, 3)
    if not len(table):
        return 1.0, 1.0
    drawn = np.random.default_rng(seed).multinomial(len(table), np.full(len(table), 1 / len(table)), size=resamples)
    tp, fp, fn = (drawn @ table).T
    wrong = 2 * tp + fp + fn
    f1 = np.where(wrong > 0, 2 * tp / np.maximum(wrong, 1), 1.0)
    low, high = np.quantile(f1, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)

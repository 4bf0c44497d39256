"""Is the difference between two systems real? Paired tests on the counts of the same documents.

Two tests are given, since they answer different questions: the paired bootstrap (Efron and Tibshirani 1993) gives the
interval of the difference, approximate randomisation (Noreen 1989) the probability of so large a difference if the
systems were interchangeable. Holm's correction (1979) serves where several systems are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nanocart.errors import NanocartError
from nanocart.eval.scores import Table, f1


@dataclass(frozen=True, slots=True)
class Difference:
    """How two systems differ in one measure: `second` minus `first`.

    `low` and `high` bound the difference (95 %, paired bootstrap), `p` is the two-sided p-value of approximate
    randomisation, `deciding` the share of documents on which the two were counted differently at all.
    """

    measure: str
    first: float
    second: float
    low: float
    high: float
    p: float
    deciding: float

    @property
    def value(self) -> float:
        """The difference."""
        return self.second - self.first


def difference(first: Table, second: Table, measure: str, *, resamples: int = 10_000, seed: int = 0) -> Difference:
    """Compare two systems by one measure. Raises `NanocartError` where they were scored on other documents."""
    if first.documents != second.documents:
        raise NanocartError("the systems were scored on different documents", hint="score both on the same gold set")
    a, b = (table.of(measure).astype(np.float64) for table in (first, second))
    size, dice = len(a), np.random.default_rng(seed)
    observed = float(f1(b.sum(axis=0)) - f1(a.sum(axis=0)))
    if not size:
        return Difference(measure, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0)
    weights = dice.multinomial(size, np.full(size, 1 / size), size=resamples).astype(np.float64)
    low, high = np.quantile(f1(weights @ b) - f1(weights @ a), [0.025, 0.975])
    swapped = dice.integers(2, size=(resamples, size)).astype(np.float64)
    moved = swapped @ (b - a)
    shuffled = f1(b.sum(axis=0) - moved) - f1(a.sum(axis=0) + moved)
    # The observed assignment is one of those possible, so no p-value is 0 (Phipson and Smyth 2010).
    p = (int((np.abs(shuffled) >= abs(observed) - 1e-12).sum()) + 1) / (resamples + 1)
    deciding = float((a != b).any(axis=1).mean())
    return Difference(
        measure, float(f1(a.sum(axis=0))), float(f1(b.sum(axis=0))), float(low), float(high), float(p), deciding
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values of several comparisons, in their order (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = highest
    return adjusted

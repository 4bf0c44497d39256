"""Confidence that means what it says: of what is given 0.8, about 80 % is right.

A line on the log-odds (Platt 1999; its slope is the inverse of a temperature, Guo et al. 2017) is fitted on documents
that were not trained on.

>>> calibrated(0.9, (1.0, 0.0))
0.9
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

Line = tuple[float, float]
"""Slope and intercept on the log-odds."""
_EDGE: Final = 1e-6


def calibrated(chance: float, line: Line) -> float:
    """The confidence for a chance that the network gives."""
    inside = min(max(chance, _EDGE), 1 - _EDGE)
    odds = line[0] * math.log(inside / (1 - inside)) + line[1]
    return round(1 / (1 + math.exp(-odds)), 4) if odds > -700 else 0.0


def line_of(chances: Sequence[float], right: Sequence[bool]) -> Line:
    """The line that fits best (maximum likelihood, with Platt's smoothed targets); (1, 0) where there is no telling."""
    from scipy.optimize import minimize

    told = np.asarray(right, dtype=float)
    if not 0 < told.sum() < len(told):
        return 1.0, 0.0
    inside = np.clip(np.asarray(chances, dtype=float), _EDGE, 1 - _EDGE)
    odds = np.log(inside / (1 - inside))
    yes, no = told.sum(), len(told) - told.sum()
    target = np.where(told > 0, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(line: Any) -> float:
        score = line[0] * odds + line[1]
        return float(np.mean(np.logaddexp(0, score) - target * score))

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    # A line that falls would call what is likely unlikely: then there is no telling either.
    return (round(float(slope), 4), round(float(intercept), 4)) if slope > 0 else (1.0, 0.0)

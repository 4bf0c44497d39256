"""Whether confidence means what it says: of what is given 0.8, is about 80 % right?

    python -m nanocart.models.learning.reliability [MODEL] [-o FILE.svg]

Dev is cut into two halves; each is judged by a calibration on the other one. Needs the texts of dev (`NANOCART_DATA`)
and, for the plot, matplotlib.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nanocart import corpora
from nanocart.models.learning.calibrating import calibrate, judged
from nanocart.models.reader import Reader
from nanocart.models.reading import found_in
from nanocart.models.shelf import SHIPPED, reader_of
from nanocart.schema import Document

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Things of like confidence: how many, their mean confidence, and the share of them that is right."""

    count: int
    confidence: float
    right: float


def bins(judgements: Sequence[tuple[float, bool]], count: int = BINS) -> list[Bin]:
    """Confidence and rightness by `count` steps of confidence of one width; empty steps are left out.

    >>> bins([(0.1, False), (0.9, True), (0.92, False)])
    [Bin(count=1, confidence=0.1, right=0.0), Bin(count=2, confidence=0.91, right=0.5)]
    """
    sure, right = np.array([one for one, _ in judgements]), np.array([one for _, one in judgements], dtype=float)
    step = np.minimum((sure * count).astype(int), count - 1)
    return [
        Bin(int(own.sum()), round(float(sure[own].mean()), 4), round(float(right[own].mean()), 4))
        for own in (step == number for number in range(count))
        if own.any()
    ]


def expected_error(found: Sequence[Bin]) -> float:
    """The expected calibration error (Naeini et al. 2015): the mean distance of confidence and share, by count.

    >>> expected_error([Bin(1, 0.9, 1.0), Bin(3, 0.5, 0.3)])
    0.175
    """
    return round(sum(one.count * abs(one.confidence - one.right) for one in found) / sum(one.count for one in found), 4)


def crossed(reader: Reader, dev: Sequence[Document]) -> dict[str, list[tuple[float, bool]]]:
    """Confidence and rightness, by kind of thing, of what is found in either half, calibrated on the other one."""
    found: dict[str, list[tuple[float, bool]]] = {}
    for one, other in ((dev[::2], dev[1::2]), (dev[1::2], dev[::2])):
        for kind, sure, right in judged(other, found_in(other, reader.told(calibrate(reader, one)))):
            found.setdefault(kind, []).append((sure, right))
    return found


def _plot(by_kind: dict[str, list[Bin]], path: str) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "nanocart"
    from matplotlib import pyplot

    _, axes = pyplot.subplots(figsize=(4.5, 4.5))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for (kind, found), marker in zip(by_kind.items(), "os^", strict=False):
        axes.plot([one.confidence for one in found], [one.right for one in found], marker=marker, label=kind)
    axes.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.legend()
    pyplot.savefig(path, metadata={"Date": None}, bbox_inches="tight")


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("model", nargs="?", default=str(SHIPPED), help="a model's folder (default: the shipped one)")
    parser.add_argument("-o", "--output", help="where the plot is written, as SVG")
    args = parser.parse_args()
    by_kind = {
        kind: bins(found) for kind, found in crossed(reader_of(args.model), corpora.load("gold", split="dev")).items()
    }
    for kind, found in by_kind.items():
        print(f"{kind}: {sum(one.count for one in found)}, expected calibration error {expected_error(found):.3f}")
        for one in found:
            print(f"  {one.count:5} of mean confidence {one.confidence:.2f}: {one.right:.2f} right")
    if args.output:
        _plot(by_kind, args.output)


if __name__ == "__main__":
    main()

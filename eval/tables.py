"""Figures as tables for a screen, a README (Markdown) or a paper (LaTeX).

>>> print(render(["measure", "F1"], [["spans", "0.81"]], "latex").splitlines()[0])
\\\\begin{tabular}{lr}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from nanocart.eval.compare import Difference
from nanocart.eval.scores import ATTRIBUTES, Figure
from nanocart.schema import ENTITY_LABELS

Style = Literal["plain", "markdown", "latex"]

HEADLINE: Final = (
    "spans/strict/four types",
    *(f"spans/strict/{label}" for label in ENTITY_LABELS),
    "spans/strict/six types",
    "spans/strict/macro",
    "spans/overlap/six types",
    "spans/strict/values and qualifiers",
    *(f"attributes/accuracy/{name}" for name in ATTRIBUTES),
    "relations/document/five relations",
    "relations/asserted/five relations",
    "findings/core rows",
    "findings/whole rows",
    "findings/slots/all",
    "findings/evidence",
    "linking/accuracy",
    "linking/documents",
    "scope",
)
"""The measures of the short table."""
_LATEX: Final = str.maketrans({"_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#"})


def scores(figures: Sequence[Figure], style: Style = "plain") -> str:
    """Precision, recall and F1 with its interval, a measure a line."""
    lines = []
    for one in figures:
        counts = f"{one.counts.tp}/{one.counts.fp}/{one.counts.fn}" if one.counts else ""
        shown = [_number(one.precision), _number(one.recall), _number(one.value), f"{one.low:.3f} to {one.high:.3f}"]
        if one.counts and not (one.counts.tp or one.counts.fp or one.counts.fn):
            shown = ["-"] * 4  # nothing was to be found and nothing was claimed
        lines.append([one.name, *shown, counts])
    return render(["measure", "precision", "recall", "F1", "95 % interval", "right/spurious/missed"], lines, style)


def differences(found: Sequence[tuple[str, Difference, float]], style: Style = "plain") -> str:
    """Differences between systems: (the second's name, difference, adjusted p-value) a line."""
    head = ["system", "measure", "first", "this", "difference", "95 % interval", "p", "documents that differ"]
    lines = [
        [
            name,
            one.measure,
            f"{one.first:.3f}",
            f"{one.second:.3f}",
            f"{one.value:+.3f}",
            f"{one.low:+.3f} to {one.high:+.3f}",
            f"{p:.4f}",
            f"{one.deciding:.0%}",
        ]
        for name, one, p in found
    ]
    return render(head, lines, style)


def render(head: Sequence[str], lines: Sequence[Sequence[str]], style: Style = "plain") -> str:
    """A table whose first column is text and whose other columns are figures."""
    if style == "markdown":
        rule = "|---|" + "---:|" * (len(head) - 1)
        return "\n".join([_row(head), rule, *(_row(line) for line in lines)])
    if style == "latex":
        body = [" & ".join(cell.translate(_LATEX) for cell in line) + r" \\" for line in [head, *lines]]
        return "\n".join(
            [rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}", body[0], r"\hline", *body[1:], r"\end{tabular}"]
        )
    widths = [max(len(line[at]) for line in [head, *lines]) for at in range(len(head))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in [head, *lines]
    )


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"

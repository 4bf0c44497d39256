"""What is printed for a person: the console, and the text of a document with its mentions marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from nanocart.cli.evidence import ARROWS
from nanocart.corpora.foreign import foreign_of, span_of
from nanocart.schema import LABELS, Document, Mention

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    "NANOPARTICLE": ("NP", "#56B4E9"),
    "CARGO": ("CARGO", "#E69F00"),
    "CAR_TARGET": ("TARGET", "#F0E442"),
    "CELL_TYPE": ("CELL", "#33C08F"),
    "DISEASE": ("DISEASE", "#FF8A4D"),
    "OUTCOME": ("OUTCOME", "#E49AC4"),
    "VALUE": ("VALUE", "#C0C0C0"),
    "QUALIFIER": ("QUALIFIER", "#A9A0E0"),
}
"""Each label's short form and colour: Okabe and Ito's palette, which most colour-blind people can tell apart."""
OUT_OF_SCOPE: Final = (
    "Out of scope: this text speaks neither of therapy with immune cells nor of nanoparticles in biomedical use, so "
    "nothing is annotated (--no-scope reads it all the same)."
)
_PIPE_WIDTH: Final = 120


def console(width: int | None = None) -> Console:
    """Standard output, in colour on a terminal, and as wide as a table needs to be where nobody reads it at once."""
    from rich.console import Console

    screen = Console(width=width, highlight=False, soft_wrap=False)
    return screen if screen.is_terminal or width else Console(width=max(screen.width, _PIPE_WIDTH), highlight=False)


def marked(document: Document) -> Text:
    """The text with each mention in brackets, in its colour, followed by its type."""
    from rich.text import Text

    out, at = Text(), 0
    for one in sorted(document.entities, key=lambda one: one.start):
        out.append(document.text[at : one.start])
        short, colour = COLOURS[one.label]
        out.append("[").append(one.text, f"bold {colour}").append("]").append(f"{short}{said(one)}", f"dim {colour}")
        at = one.end
    return out.append(document.text[at:])


def said(one: Mention) -> str:
    """What is said of a mention, as signs: its direction, "not" or "?"."""
    direction = ARROWS.get(one.attributes.direction or "", "")
    return direction + {"negated": "(not)", "speculated": "(?)"}.get(one.attributes.assertion or "", "")


def foreign_lines(document: Document) -> Iterator[str]:
    """Each label that is not ours, with the words that have it.

    Raises `RecordError` where such a mention has no place or no label, or disagrees with the text.
    """
    by_label: dict[str, list[str]] = {}
    for one in foreign_of(document)["entities"]:
        span = span_of(one, document.text)
        by_label.setdefault(span.label, []).append(" ".join(document.text[start:end] for start, end in span.spans))
    for label, found in sorted(by_label.items()):
        yield f"{label}: {', '.join(dict.fromkeys(found))}"


def legend(document: Document) -> Text:
    """The labels that occur, short and long."""
    from rich.text import Text

    used = {one.label for one in document.entities}
    named = ((label, *COLOURS[label]) for label in LABELS if label in used)
    return Text("  ").join(Text(f"{short} = {words_of(label)}", colour) for label, short, colour in named)


def words_of(label: str) -> str:
    """A label in words.

    >>> words_of("CAR_TARGET"), words_of("CELL_TYPE")
    ('CAR target', 'cell type')
    """
    return label.replace("_", " ").lower().replace("car ", "CAR ")


def card(document: Document) -> Iterator[str]:
    """The study card in lines of "name: value", without what the text does not say."""
    study = document.study
    pairs: list[tuple[str, object]] = [
        ("kind", study.kind),
        ("setting", "; ".join(study.setting)),
        ("phase", study.phase),
    ]
    pairs += [("registry", "; ".join(study.registry)), ("patients", study.n), ("CAR made", "; ".join(study.car_made))]
    pairs += [("particle's role", "; ".join(study.particle_role)), ("retracted", "yes" if study.retracted else "")]
    return (f"{name}: {value}" for name, value in pairs if value not in (None, ""))


def why_lines(document: Document, name: Callable[[str | None], str | None]) -> Iterator[str]:
    """For each mention its text, type, concept with preferred name, attributes, and what made it, in columns."""
    rows = [
        (
            f"{one.start}-{one.end}",
            one.text.replace("\n", " "),
            one.label,
            f"{one.concept} ({name(one.concept) or 'not in the lexicon'})" if one.concept else "no concept",
            _attributes(one) or "-",
            one.why or "-",
        )
        for one in document.entities
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)] if rows else []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[5]])


def _attributes(one: Mention) -> str:
    pairs = {key: getattr(one.attributes, key) for key in ("category", "direction", "assertion", "kind")}
    return " ".join(f"{key}={value}" for key, value in pairs.items() if value)

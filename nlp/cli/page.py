"""A page for the browser: displaCy's entities and relations, the findings and the study card, in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nanocart.cli.evidence import outcome_words
from nanocart.cli.screen import COLOURS, OUT_OF_SCOPE, card, said
from nanocart.schema import Document, Mention, Relation

if TYPE_CHECKING:
    from nanocart.corpora.tables import Better, Names

_BETWEEN: Final = 24
_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
h2{border-top:1px solid #ccc;padding-top:1.5rem}.arcs{overflow-x:auto}
table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}
.benefit{color:#006d3c}.harm{color:#a40000}
"""
_COLUMNS: Final = (
    "nanoparticle",
    "cargo",
    "car_target",
    "cell_type",
    "disease",
    "outcome",
    "value",
    "qualifier",
    "compared_with",
    "evidence",
)


def write_page(documents: Sequence[Document], path: str, names: Names, better: Better) -> None:
    """Write the page. It loads nothing from anywhere."""
    from nanocart.corpora.saving import whole_file

    title = documents[0].title or documents[0].text[:80] if documents else "nanocart"
    parts = [f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>']
    parts.append(f"<style>{_STYLE}</style></head><body>")
    parts += [part for document in documents for part in _document(document, names, better)]
    with whole_file(Path(path)) as file:
        file.write("\n".join([*parts, "</body></html>\n"]).encode("utf-8"))


def _document(document: Document, names: Names, better: Better) -> Iterator[str]:
    yield f"<h2>{escape(document.title if document.id == 'stdin' else document.id)}</h2>"
    yield _entities(document)
    if document.study.in_scope is False:
        yield f"<p><em>{escape(OUT_OF_SCOPE)}</em></p>"
        return
    figures = list(_figures(document))
    if figures:
        yield "<h3>Relations</h3>"
    for figure in figures:
        yield f'<div class="arcs">{_arcs(figure)}</div>'
    if document.findings:
        yield f"<h3>Findings</h3>{_findings(document, names, better)}"
    facts = list(card(document))
    if facts:
        yield f"<h3>Study</h3><ul>{''.join(f'<li>{escape(fact)}</li>' for fact in facts)}</ul>"


def _entities(document: Document) -> str:
    from spacy import displacy

    def label(one: Mention) -> str:
        return escape(one.label.replace("_", " ") + (f" {said(one).strip()}" if said(one) else ""))

    ents = [{"start": one.start, "end": one.end, "label": label(one)} for one in document.entities]
    colours = {label(one): COLOURS[one.label][1] for one in document.entities}
    given = {"text": document.text, "ents": ents, "title": None}
    return displacy.render(given, style="ent", manual=True, jupyter=False, options={"colors": colours})


def _figures(document: Document) -> Iterator[dict[str, Any]]:
    """A figure for each sentence that holds relations, and a last one for relations that run across sentences."""
    from nanocart.text import sentences

    mentions = {one.id: one for one in document.entities}
    rest = list(document.relations)
    for start, end in sentences(document.text):
        inside = [one for one in rest if all(start <= mentions[ref].start < end for ref in (one.head, one.tail))]
        rest = [one for one in rest if one not in inside]
        if inside:
            yield _figure(document, inside)
    if rest:
        yield _figure(document, rest)


def _figure(document: Document, relations: Sequence[Relation]) -> dict[str, Any]:
    mentions = {one.id: one for one in document.entities}
    used = sorted({ref for one in relations for ref in (one.head, one.tail)}, key=lambda ref: mentions[ref].start)
    words: list[dict[str, str]] = []
    place: dict[str, int] = {}
    at = mentions[used[0]].start
    for ref in used:
        one = mentions[ref]
        between = " ".join(document.text[at : one.start].split())
        if between:
            words.append({"text": between if len(between) <= _BETWEEN else "…", "tag": ""})
        place[ref] = len(words)
        words.append({"text": one.text, "tag": one.label.replace("_", " ")})
        at = one.end
    return {"words": words, "arcs": [_arc(one, place) for one in relations]}


def _arc(one: Relation, place: dict[str, int]) -> dict[str, Any]:
    head, tail = place[one.head], place[one.tail]
    label = one.label.replace("_", " ") + ("" if one.assertion == "affirmed" else f" ({one.assertion})")
    # displaCy draws the arrow's head at the left end or at the right one: here always at the tail of the relation.
    return {"start": min(head, tail), "end": max(head, tail), "label": label, "dir": "right" if head < tail else "left"}


def _arcs(figure: dict[str, Any]) -> str:
    from spacy import displacy

    longest = max(len(word["text"]) for word in figure["words"])
    options = {"distance": max(150, 9 * longest), "compact": False, "bg": "#fff"}
    return displacy.render(figure, style="dep", manual=True, jupyter=False, options=options)


def _findings(document: Document, names: Names, better: Better) -> str:
    from nanocart.corpora.tables import rows

    found = rows(document, "findings", names=names, better=better)
    columns = [name for name in _COLUMNS if any(row[name] for row in found)]
    lines = ["".join(f"<th>{name.replace('_', ' ')}</th>" for name in columns)]
    for row in found:
        cells = [outcome_words(row) if name == "outcome" else str(row[name]) for name in columns]
        styles = [f' class="{row["favours"]}"' if name == "outcome" else "" for name in columns]
        lines.append("".join(f"<td{style}>{escape(cell)}</td>" for style, cell in zip(styles, cells, strict=True)))
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"

"""The four tables of a document, as rows: entities, relations, findings, documents.

Columns are fixed in name, order and type; several values of one cell are joined by "; ". An empty text is "", a missing
number or truth value None. How they are written to files is in `nanocart.corpora.table_files`.

>>> [row["title"] for row in rows(Document.of("7", "LNPs.", "They work."), "documents")]
['LNPs.']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from nanocart.errors import UsageError
from nanocart.schema import Document, Finding, Mention

if TYPE_CHECKING:
    import pandas as pd

Table = Literal["findings", "entities", "relations", "documents"]
Kind = Literal["text", "whole", "number", "truth"]
Cell = str | int | float | bool | None
Row = dict[str, Cell]
Favours = Literal["benefit", "harm", "neutral"]

TABLES: Final[tuple[Table, ...]] = get_args(Table)


def _columns(texts: str, wholes: str = "", numbers: str = "", truths: str = "") -> Mapping[str, Kind]:
    """Column names in their order, those after the first argument with the type that they have instead of text."""
    kinds: dict[str, Kind] = dict.fromkeys(wholes.split(), "whole")
    kinds |= dict.fromkeys(numbers.split(), "number")
    kinds |= dict.fromkeys(truths.split(), "truth")
    return MappingProxyType({name: kinds.get(name, "text") for name in texts.split()})


COLUMNS: Final[Mapping[Table, Mapping[str, Kind]]] = MappingProxyType(
    {
        "findings": _columns(
            "pmid link year kind setting phase registry n nanoparticle particle_role cargo car_target cell_type "
            "car_made disease outcome category direction favours compared_with qualifier value assertion evidence "
            "confidence finding_id",
            wholes="year n",
            numbers="confidence",
        ),
        "entities": _columns(
            "document pmid entity_id start end label text name concept cluster category direction assertion kind "
            "confidence why",
            wholes="start end",
            numbers="confidence",
        ),
        "relations": _columns(
            "document pmid relation_id label head_id head head_label tail_id tail tail_label assertion confidence why",
            numbers="confidence",
        ),
        "documents": _columns(
            "id pmid doi link title text year journal kind setting phase registry n car_made particle_role retracted "
            "in_scope entities relations findings",
            wholes="year n entities relations findings",
            truths="retracted in_scope",
        ),
    }
)
"""Each table's columns, in order, with their types."""

HIGHER_IS_BETTER: Final = frozenset({
    "response", "survival", "persistence", "cytotoxicity", "activation", "trafficking", "delivery",
})  # fmt: skip
LOWER_IS_BETTER: Final = frozenset({"toxicity", "exhaustion"})
_PMID: Final = re.compile("[1-9][0-9]{4,7}")
_UP, _DOWN = frozenset({"increased", "high"}), frozenset({"decreased", "low"})

Names = Callable[[Mention], str]
Better = Callable[[Mention], str | None]


def rows(document: Document, table: Table, *, names: Names | None = None, better: Better | None = None) -> list[Row]:
    """The rows of one of a document's tables.

    `names` gives the words for a mention in a cell (default: its text); `better` says "higher", "lower" or "neither"
    where an outcome's category does not tell what is good, None where it does. Raises `UsageError` for another table.
    """
    name = names or _text_of
    if table == "findings":
        return [_finding_row(document, one, name, better or _unknown) for one in document.findings]
    if table == "entities":
        return [_entity_row(document, one, name) for one in document.entities]
    if table == "relations":
        return list(_relation_rows(document, name))
    if table == "documents":
        return [_document_row(document)]
    raise UsageError(f"there is no table {table!r}", hint=f"the tables are: {', '.join(TABLES)}")


def all_rows(
    documents: Iterable[Document], table: Table, *, names: Names | None = None, better: Better | None = None
) -> Iterator[Row]:
    """The rows of a table of many documents, one after the other."""
    for document in documents:
        yield from rows(document, table, names=names, better=better)


def to_frame(
    documents: Iterable[Document],
    table: Table = "findings",
    *,
    names: Names | None = None,
    better: Better | None = None,
) -> pd.DataFrame:
    """The table as a pandas data frame whose columns have their types even where it is empty.

    >>> list(to_frame([], "relations").columns)[:3]
    ['document', 'pmid', 'relation_id']
    """
    import pandas as pd

    columns = columns_of(table)
    found = list(all_rows(documents, table, names=names, better=better))
    types: dict[Kind, str] = {"text": "string", "whole": "Int64", "number": "Float64", "truth": "boolean"}
    cells: dict[str, list[Any]] = {name: [row[name] for row in found] for name in columns}
    return pd.DataFrame(cells, dtype=object).astype({name: types[kind] for name, kind in columns.items()})


def columns_of(table: str) -> Mapping[str, Kind]:
    """A table's columns. Raises `UsageError` where there is no such table."""
    for name, columns in COLUMNS.items():
        if name == table:
            return columns
    raise UsageError(f"there is no table {table!r}", hint=f"the tables are: {', '.join(TABLES)}")


def favours(category: str | None, direction: str, assertion: str = "affirmed", better: str | None = None) -> Favours:
    """Whether a statement speaks for the therapy, against it, or neither.

    More response, survival, persistence, cytotoxicity, activation, trafficking or delivery is a benefit and less a
    harm; toxicity and exhaustion the other way round ("high" counts as more, "low" as less). Other categories are
    neutral unless `better` says which way is good; "neither" makes any category neutral.

    Neutral are also: what is only supposed (speculated), what is unchanged, and what is merely reported, since having a
    toxicity says nothing of how it compares. An event said not to have happened ("no cytokine release syndrome",
    reported and negated) is a benefit where less is better; where more is better it stays neutral, as the absence of a
    benefit is no harm. A denied change ("did not increase toxicity") is no change.

    >>> favours("survival", "increased"), favours("toxicity", "high"), favours("toxicity", "reported", "negated")
    ('benefit', 'harm', 'benefit')
    """
    good = better
    if good is None:
        good = "higher" if category in HIGHER_IS_BETTER else "lower" if category in LOWER_IS_BETTER else "neither"
    if good not in ("higher", "lower") or assertion == "speculated":
        return "neutral"
    if assertion == "negated":
        return "benefit" if good == "lower" and direction == "reported" else "neutral"
    if direction not in _UP | _DOWN:
        return "neutral"
    return "benefit" if (direction in _UP) == (good == "higher") else "harm"


def pmid_of(document: Document) -> str:
    """The document's PMID, "" where it has none. An id of 5 to 8 digits is taken for one, a shorter one for a count.

    >>> pmid_of(Document("38816869")), pmid_of(Document("12")), pmid_of(Document("12", metadata={"pmid": 12}))
    ('38816869', '', '12')
    """
    if given := document.metadata.get("pmid"):
        return str(given)
    return document.id if _PMID.fullmatch(document.id) and not document.metadata.get("s2id") else ""


def link_of(document: Document) -> str:
    """Where the citation can be read: at PubMed, else by its DOI, else at Semantic Scholar, else "".

    >>> link_of(Document("38816869"))
    'https://pubmed.ncbi.nlm.nih.gov/38816869/'
    """
    from urllib.parse import quote

    if pmid := pmid_of(document):
        return f"https://pubmed.ncbi.nlm.nih.gov/{quote(pmid, safe='')}/"
    doi = str(document.metadata.get("doi") or (document.id if document.id.startswith("10.") else ""))
    if doi:
        return f"https://doi.org/{quote(doi.removeprefix('https://doi.org/'), safe='/():;')}"
    s2id = str(document.metadata.get("s2id") or "")
    return f"https://api.semanticscholar.org/{quote(s2id, safe='')}" if s2id else ""


def _text_of(mention: Mention) -> str:
    return mention.text


def _unknown(mention: Mention) -> str | None:
    return None


def _joined(values: Iterable[str]) -> str:
    """The values without repetitions, in their order."""
    return "; ".join(dict.fromkeys(" ".join(value.split()) for value in values if value.strip()))


def _year(document: Document) -> int | None:
    digits = str(document.metadata.get("year") or "")[:4]
    return int(digits) if len(digits) == 4 and digits.isascii() and digits.isdigit() else None


def _study(document: Document) -> Row:
    study = document.study
    kind = f"{study.kind or ''} (retracted)".strip() if study.retracted and study.kind else study.kind or ""
    return {
        "pmid": pmid_of(document),
        "link": link_of(document),
        "year": _year(document),
        "kind": "retracted" if study.retracted and not study.kind else kind,
        "setting": _joined(study.setting),
        "phase": study.phase or "",
        "registry": _joined(study.registry),
        "n": study.n,
        "particle_role": _joined(study.particle_role),
        "car_made": _joined(study.car_made),
    }


def _ordered(table: Table, cells: Row) -> Row:
    return {name: cells[name] for name in COLUMNS[table]}


def _finding_row(document: Document, finding: Finding, name: Names, better: Better) -> Row:
    mentions = {one.id: one for one in document.entities}

    def named(*ids: str | None) -> str:
        return _joined(name(mentions[id_]) for id_ in ids if id_)

    outcome = mentions[finding.outcome]
    category = outcome.attributes.category
    start, end = finding.evidence or (0, 0)
    return _ordered("findings", {
        **_study(document),
        "nanoparticle": named(*finding.nanoparticle),
        "cargo": named(*finding.cargo),
        "car_target": named(*finding.car_target),
        "cell_type": named(*finding.cell_type),
        "disease": named(*finding.disease),
        "outcome": named(finding.outcome),
        "category": category or "",
        "direction": finding.direction,
        "favours": favours(category, finding.direction, finding.assertion, better(outcome)),
        "compared_with": named(finding.compared_with),
        "qualifier": named(*finding.qualifier),
        "value": named(finding.value),
        "assertion": finding.assertion,
        "evidence": " ".join(document.text[start:end].split()),
        "confidence": finding.confidence,
        # Unique in a table of many documents, and the same on every run that numbers a document's findings alike.
        "finding_id": f"{document.id}:{finding.id}",
    })  # fmt: skip


def _entity_row(document: Document, one: Mention, name: Names) -> Row:
    said = one.attributes
    return _ordered("entities", {
        "document": document.id,
        "pmid": pmid_of(document),
        "entity_id": one.id,
        "start": one.start,
        "end": one.end,
        "label": one.label,
        "text": one.text,
        "name": name(one),
        "concept": one.concept or "",
        "cluster": one.cluster or "",
        "category": said.category or "",
        "direction": said.direction or "",
        "assertion": said.assertion or "",
        "kind": said.kind or "",
        "confidence": one.confidence,
        "why": one.why or "",
    })  # fmt: skip


def _relation_rows(document: Document, name: Names) -> Iterator[Row]:
    mentions = {one.id: one for one in document.entities}
    for one in document.relations:
        head, tail = mentions[one.head], mentions[one.tail]
        yield _ordered("relations", {
            "document": document.id,
            "pmid": pmid_of(document),
            "relation_id": one.id,
            "label": one.label,
            "head_id": head.id,
            "head": name(head),
            "head_label": head.label,
            "tail_id": tail.id,
            "tail": name(tail),
            "tail_label": tail.label,
            "assertion": one.assertion,
            "confidence": one.confidence,
            "why": one.why or "",
        })  # fmt: skip


def _document_row(document: Document) -> Row:
    return _ordered("documents", {
        **_study(document),
        "id": document.id,
        "doi": str(document.metadata.get("doi") or ""),
        "title": document.title,
        "text": document.text,
        "journal": str(document.metadata.get("journal") or ""),
        "retracted": document.study.retracted,
        "in_scope": document.study.in_scope,
        "entities": len(document.entities),
        "relations": len(document.relations),
        "findings": len(document.findings),
    })  # fmt: skip

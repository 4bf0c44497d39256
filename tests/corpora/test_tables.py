"""The tables and the files that they are written to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora import table_files, tables
from nanocart.corpora.tables import TABLES, Table, favours, rows, to_frame
from nanocart.errors import UsageError
from nanocart.schema import CATEGORIES, Attributes, Document, Finding, Mention, Relation, StudyFacts
from tests.strategies import documents

TEXT = "LNPs, lipid particles and LNPs cut CRS by 12%\nat the high dose vs saline cells."


def mention(id_: str, label: str, words: str, **more: Any) -> Mention:
    start = TEXT.index(words)
    return Mention(id_, start, start + len(words), label, words, **more)


DOCUMENT = Document(
    "38816869",
    "LNPs, lipid particles and LNPs cut CRS by 12%",
    TEXT,
    {"year": "2024", "doi": "10.1000/x", "journal": "J"},
    (
        mention("e1", "NANOPARTICLE", "LNPs"),
        mention("e2", "NANOPARTICLE", "lipid particles", concept="NC:NP:lnp"),
        Mention("e3", 26, 30, "NANOPARTICLE", "LNPs", cluster="c1"),
        mention("e4", "OUTCOME", "CRS", attributes=Attributes("toxicity", "decreased"), confidence=0.5, why="rule x"),
        mention("e5", "VALUE", "12%"),
        mention("e6", "QUALIFIER", "at the high dose", attributes=Attributes(kind="condition")),
        mention("e7", "CELL_TYPE", "saline cells"),
    ),
    (Relation("r1", "RESULTS_IN", "e1", "e4", "speculated", 0.25),),
    (
        Finding(
            "f1",
            "e4",
            nanoparticle=("e1", "e2", "e3"),
            direction="decreased",
            value="e5",
            qualifier=("e6",),
            compared_with="e7",
            evidence=(31, len(TEXT)),
            confidence=0.75,
        ),
        Finding("f2", "e4"),
    ),
    StudyFacts("primary", ("in vitro", "animal"), "1/2", ("NCT01", "NCT02"), 12, ("in vivo",), ("images",), True),
)


def test_findings() -> None:
    first, second = rows(DOCUMENT, "findings")
    assert first == {
        "pmid": "38816869",
        "link": "https://pubmed.ncbi.nlm.nih.gov/38816869/",
        "year": 2024,
        "kind": "primary (retracted)",
        "setting": "in vitro; animal",
        "phase": "1/2",
        "registry": "NCT01; NCT02",
        "n": 12,
        "nanoparticle": "LNPs; lipid particles",
        "particle_role": "images",
        "cargo": "",
        "car_target": "",
        "cell_type": "",
        "car_made": "in vivo",
        "disease": "",
        "outcome": "CRS",
        "category": "toxicity",
        "direction": "decreased",
        "favours": "benefit",
        "compared_with": "saline cells",
        "qualifier": "at the high dose",
        "value": "12%",
        "assertion": "affirmed",
        "evidence": "cut CRS by 12% at the high dose vs saline cells.",
        "confidence": 0.75,
        "finding_id": "38816869:f1",
    }
    assert (second["evidence"], second["confidence"], second["favours"]) == ("", None, "neutral")


def test_the_columns_of_findings_are_those_promised() -> None:
    promised = (
        "pmid, link, year, kind, setting, phase, registry, n, nanoparticle, particle_role, cargo, car_target, "
        "cell_type, car_made, disease, outcome, category, direction, favours, compared_with, qualifier, value, "
        "assertion, evidence, confidence, finding_id"
    )
    assert list(tables.COLUMNS["findings"]) == promised.split(", ")


def test_names_and_what_is_better() -> None:
    named = {"e1": "lipid nanoparticle", "e2": "lipid nanoparticle", "e3": "other"}
    [row, _] = rows(DOCUMENT, "findings", names=lambda one: named.get(one.id, one.text), better=lambda _: "higher")
    assert row["nanoparticle"] == "lipid nanoparticle; other"
    assert row["favours"] == "harm"


def test_entities_and_relations() -> None:
    assert rows(DOCUMENT, "entities")[3] == {
        "document": "38816869",
        "pmid": "38816869",
        "entity_id": "e4",
        "start": 35,
        "end": 38,
        "label": "OUTCOME",
        "text": "CRS",
        "name": "CRS",
        "concept": "",
        "cluster": "",
        "category": "toxicity",
        "direction": "decreased",
        "assertion": "",
        "kind": "",
        "confidence": 0.5,
        "why": "rule x",
    }
    assert rows(DOCUMENT, "relations") == [
        {
            "document": "38816869",
            "pmid": "38816869",
            "relation_id": "r1",
            "label": "RESULTS_IN",
            "head_id": "e1",
            "head": "LNPs",
            "head_label": "NANOPARTICLE",
            "tail_id": "e4",
            "tail": "CRS",
            "tail_label": "OUTCOME",
            "assertion": "speculated",
            "confidence": 0.25,
            "why": "",
        }
    ]


def test_documents() -> None:
    [row] = rows(DOCUMENT, "documents")
    assert {
        key: row[key] for key in ("id", "doi", "year", "journal", "retracted", "in_scope", "entities", "findings")
    } == {
        "id": "38816869",
        "doi": "10.1000/x",
        "year": 2024,
        "journal": "J",
        "retracted": True,
        "in_scope": None,
        "entities": 7,
        "findings": 2,
    }


@pytest.mark.parametrize(
    ("id_", "metadata", "pmid", "link"),
    [
        ("x", {"pmid": 7, "doi": "10.1/x"}, "7", "https://pubmed.ncbi.nlm.nih.gov/7/"),
        ("38816869", {"doi": "10.1/x"}, "38816869", "https://pubmed.ncbi.nlm.nih.gov/38816869/"),
        ("38816869", {"s2id": "ab"}, "", "https://api.semanticscholar.org/ab"),
        ("12", {}, "", ""),
        ("10.1/a<b", {}, "", "https://doi.org/10.1/a%3Cb"),
        ("x", {"doi": "https://doi.org/10.1/x(2)"}, "", "https://doi.org/10.1/x(2)"),
        ("x", {"s2id": "ab12"}, "", "https://api.semanticscholar.org/ab12"),
        ("notes", {}, "", ""),
        ("²", {}, "", ""),
    ],
)
def test_links(id_: str, metadata: dict[str, Any], pmid: str, link: str) -> None:
    document = Document(id_, "", "a", metadata)
    assert (tables.pmid_of(document), tables.link_of(document)) == (pmid, link)


@pytest.mark.parametrize(
    ("year", "found"), [(2024, 2024), ("2024 Jan", 2024), ("2023-24", 2023), ("", None), (None, None), ("n.d.", None)]
)
def test_years(year: object, found: int | None) -> None:
    [row] = rows(Document("7", "", "a", {"year": year}), "documents")
    assert row["year"] == found


@pytest.mark.parametrize(
    ("study", "kind"),
    [
        (StudyFacts(), ""),
        (StudyFacts("review"), "review"),
        (StudyFacts("review", retracted=True), "review (retracted)"),
        (StudyFacts(retracted=True), "retracted"),
    ],
)
def test_retracted_papers_say_so(study: StudyFacts, kind: str) -> None:
    [row] = rows(Document("7", "", "a", study=study), "documents")
    assert row["kind"] == kind


@pytest.mark.parametrize(
    ("category", "direction", "assertion", "better", "expected"),
    [
        ("response", "increased", "affirmed", None, "benefit"),
        ("survival", "decreased", "affirmed", None, "harm"),
        ("persistence", "high", "affirmed", None, "benefit"),
        ("cytotoxicity", "low", "affirmed", None, "harm"),
        ("activation", "increased", "affirmed", None, "benefit"),
        ("trafficking", "increased", "affirmed", None, "benefit"),
        ("delivery", "high", "affirmed", None, "benefit"),
        ("toxicity", "increased", "affirmed", None, "harm"),
        ("toxicity", "low", "affirmed", None, "benefit"),
        ("exhaustion", "decreased", "affirmed", None, "benefit"),
        ("cytokine", "increased", "affirmed", None, "neutral"),
        ("microenvironment", "decreased", "affirmed", None, "neutral"),
        ("expression", "high", "affirmed", None, "neutral"),
        ("other", "low", "affirmed", None, "neutral"),
        (None, "increased", "affirmed", None, "neutral"),
        # What is better may be known of the concept.
        ("cytokine", "increased", "affirmed", "higher", "benefit"),
        ("cytokine", "increased", "affirmed", "lower", "harm"),
        ("response", "decreased", "affirmed", "lower", "benefit"),  # tumour growth
        ("response", "increased", "affirmed", "neither", "neutral"),
        # Neither compared nor graded.
        ("survival", "unchanged", "affirmed", None, "neutral"),
        ("toxicity", "unchanged", "affirmed", None, "neutral"),
        ("toxicity", "reported", "affirmed", None, "neutral"),
        # An event that did not happen.
        ("toxicity", "reported", "negated", None, "benefit"),
        ("cytokine", "reported", "negated", "lower", "benefit"),
        ("response", "reported", "negated", None, "neutral"),
        ("cytokine", "reported", "negated", None, "neutral"),
        # A change that did not happen.
        ("toxicity", "increased", "negated", None, "neutral"),
        ("survival", "increased", "negated", None, "neutral"),
        # What is only supposed.
        ("survival", "increased", "speculated", None, "neutral"),
        ("toxicity", "reported", "speculated", None, "neutral"),
    ],
)
def test_favours(category: str | None, direction: str, assertion: str, better: str | None, expected: str) -> None:
    assert favours(category, direction, assertion, better) == expected


def test_every_category_has_been_decided() -> None:
    neutral = {"cytokine", "microenvironment", "expression", "other"}
    assert tables.HIGHER_IS_BETTER | tables.LOWER_IS_BETTER | neutral == set(CATEGORIES)


def test_an_unknown_table() -> None:
    with pytest.raises(UsageError, match="findings, entities, relations, documents"):
        rows(DOCUMENT, "sentences")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no table 'sentences'"):
        to_frame([], "sentences")  # type: ignore[arg-type]


@pytest.mark.parametrize("table", TABLES)
@given(given=st.lists(documents(), max_size=2))
def test_frames_have_the_columns_types_and_rows(table: Table, given: list[Document]) -> None:
    frame = to_frame(given, table)
    types = {"text": "string", "whole": "Int64", "number": "Float64", "truth": "boolean"}
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        name: types[kind] for name, kind in tables.COLUMNS[table].items()
    }
    expected = [row for document in given for row in rows(document, table)]
    found = frame.astype(object).where(frame.notna(), None).to_dict("records")
    assert found == expected
    assert all(list(row) == list(tables.COLUMNS[table]) for row in expected)


def parquet(given: Iterable[Document], table: Table, **options: Any) -> Any:
    import pyarrow.parquet as pq

    out = io.BytesIO()
    table_files.write_parquet(given, out, table, **options)
    return pq.ParquetFile(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize("table", TABLES)
def test_parquet_has_the_schema_even_when_empty(table: Table) -> None:
    found = parquet([], table)
    assert found.schema_arrow.equals(table_files.arrow_schema(table))
    assert found.read().num_rows == 0
    assert found.schema_arrow.names == list(tables.COLUMNS[table])


def test_parquet_in_bounded_groups() -> None:
    found = parquet((replace(DOCUMENT, id=str(number)) for number in range(7)), "documents", rows_per_group=3)
    assert [found.metadata.row_group(number).num_rows for number in range(found.num_row_groups)] == [3, 3, 1]
    assert found.read().column("id").to_pylist() == [str(number) for number in range(7)]


@given(st.lists(documents(), max_size=2), st.sampled_from(TABLES))
def test_parquet_holds_the_rows(given: list[Document], table: Table) -> None:
    assert parquet(given, table).read().to_pylist() == [row for one in given for row in rows(one, table)]


def lines(given: Iterable[Document], table: Table = "findings", **options: Any) -> list[list[str]]:
    out = io.BytesIO()
    table_files.write_csv(given, out, table, **options)
    assert not out.closed
    return list(
        csv.reader(io.StringIO(out.getvalue().decode("utf-8"), newline=""), delimiter=options.get("delimiter", ","))
    )


@given(st.lists(documents(), max_size=2), st.sampled_from(TABLES), st.sampled_from(",\t"))
def test_csv_holds_the_rows(given: list[Document], table: Table, mark: str) -> None:
    header, *found = lines(given, table, delimiter=mark)
    assert header == list(tables.COLUMNS[table])
    expected = [row for one in given for row in rows(one, table)]
    shown = {None: "", True: "true", False: "false"}
    assert found == [
        [shown[cell] if cell is None or isinstance(cell, bool) else str(cell) for cell in row.values()]
        for row in expected
    ]


def test_byte_order_mark_on_request() -> None:
    plain, marked = io.BytesIO(), io.BytesIO()
    table_files.write_tsv([DOCUMENT], plain)
    table_files.write_tsv([DOCUMENT], marked, bom=True)
    assert marked.getvalue() == b"\xef\xbb\xbf" + plain.getvalue()
    assert plain.getvalue().startswith(b"pmid\tlink\t")


def test_a_carriage_return_stays_in_its_cell() -> None:
    document = Document("7", "", "a\rb\nc")
    _, row = lines([document], "documents")
    assert row[list(tables.COLUMNS["documents"]).index("text")] == "a\rb\nc"


@pytest.mark.parametrize("words", ["=1+1", "+12%", "-0.3", "@x"])
def test_cells_that_look_like_formulas_change_only_when_asked(words: str) -> None:
    document = Document("7", words, words)
    at = list(tables.COLUMNS["documents"]).index("title")
    assert lines([document], "documents")[1][at] == words
    assert lines([document], "documents", escape_formulas=True)[1][at] == f"'{words}"

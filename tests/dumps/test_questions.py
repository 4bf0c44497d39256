"""The ten ready questions: each against a folder made by hand, with rows worked out by hand."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanocart.dumps import asking
from tests.dumps.results import Cells, Views, answers, document, finding, mention, relation, result

pytest.importorskip("duckdb", reason="a run is asked through DuckDB: pip install 'nanocart[dump]'")

LNP: Any = {"nanoparticle": "lipid nanoparticle"}
CELL: Any = {"head_label": "CELL_TYPE"}
CRS: Any = {"category": "toxicity", "car_target": "CD19", "outcome": "CRS"}
HER2: Any = {"nanoparticle": "LNP", "car_target": "HER2", "category": "toxicity"}
LINK = "https://pubmed.ncbi.nlm.nih.gov/1/"

ASKED: dict[str, tuple[Views, list[tuple[Any, ...]]]] = {
    "targets-by-particle": (
        {
            "findings": [
                finding(
                    "1:f1",
                    nanoparticle="lipid nanoparticle; polyplex",
                    car_target="CD19; BCMA",
                    setting="animal; human",
                    favours="benefit",
                ),
                finding("1:f2", **LNP, car_target="CD19", setting="animal; human", favours="harm"),
                finding("2:f1", **LNP, car_target="MSLN", favours="benefit"),
                finding("s2:3:f1", pmid="", **LNP, car_target="mesothelin", assertion="negated"),
                finding("4:f1", car_target="CD19"),
                finding("5:f1", **LNP),
                finding("6:f1", **LNP, car_target="CD19", assertion="speculated"),
                finding("7:f1", **LNP, car_target="CD19", kind="primary (retracted)"),
                finding("8:f1", **LNP, car_target="EGFR variant III"),
            ],
            "entities": [
                mention("2", "CAR_TARGET", "MSLN", "HGNC:7371"),
                mention("s2:3", "CAR_TARGET", "mesothelin", "HGNC:7371"),
                mention("s2:3", "CAR_TARGET", "mesothelin", "HGNC:7371"),
                mention("8", "CAR_TARGET", "EGFR\nvariant  III", "NC:ag-egfrviii"),
                mention("9", "CAR_TARGET", "EGFRvIII", "NC:ag-egfrviii"),
                mention("9", "CAR_TARGET", "EGFRvIII", "NC:ag-egfrviii"),
                mention("1", "CELL_TYPE", "CD19", "HGNC:7371"),
            ],
        },
        [
            ("lipid nanoparticle", "mesothelin", 2, 0, 1, 0),
            ("lipid nanoparticle", "BCMA", 1, 1, 1, 0),
            ("lipid nanoparticle", "CD19", 1, 1, 1, 1),
            ("lipid nanoparticle", "EGFRvIII", 1, 0, 0, 0),
            ("polyplex", "BCMA", 1, 1, 1, 0),
            ("polyplex", "CD19", 1, 1, 1, 0),
        ],
    ),
    "in-vivo-car-platforms": (
        {
            "documents": [
                document("1", car_made="in vivo", year=2022, setting="animal"),
                document("2", car_made="ex vivo; in vivo", year=2025, setting="human"),
                document("3", car_made="ex vivo", year=2020),
                document("4", car_made="in vivo", year=2019, retracted=True),
            ],
            "relations": [
                relation("1", "CARRIES", "LNP", "CAR mRNA"),
                relation("1", "DELIVERED_TO", "LNP", "T cell"),
                relation("1", "DELIVERED_TO", "LNP", "B cell", assertion="negated"),
                relation("1", "TARGETS", "T cell", "CD19"),
                relation("2", "CARRIES", "LNP", "base-editor mRNA"),
                relation("2", "DELIVERED_TO", "exosome", "macrophage"),
                relation("3", "CARRIES", "polyplex", "CAR plasmid"),
                relation("4", "CARRIES", "LNP", "saRNA"),
            ],
        },
        [
            ("LNP", 2, 1, "CAR mRNA; base-editor mRNA", "T cell", 2022, 2025),
            ("exosome", 1, 1, None, "macrophage", 2025, 2025),
        ],
    ),
    "cargo-by-particle": (
        {
            "documents": [
                document("1", year=2022),
                document("2", year=2025, setting="in vitro; human"),
                document("3", pmid="2", year=2025, setting="human"),
                document("4", retracted=True),
            ],
            "relations": [
                relation("1", "CARRIES", "LNP", "CAR mRNA"),
                relation("2", "CARRIES", "LNP", "CAR mRNA"),
                relation("3", "CARRIES", "LNP", "CAR mRNA"),
                relation("1", "CARRIES", "exosome", "siRNA"),
                relation("1", "CARRIES", "polymer", "siRNA", assertion="negated"),
                relation("2", "CARRIES", "polymer", "siRNA", assertion="speculated"),
                relation("4", "CARRIES", "polymer", "siRNA"),
                relation("1", "DELIVERED_TO", "LNP", "T cell"),
            ],
        },
        [("LNP", "CAR mRNA", 2, 1, 2022, 2025), ("exosome", "siRNA", 1, 0, 2022, 2022)],
    ),
    "cell-types-by-disease": (
        {
            "documents": [
                document("1", year=2018, setting="human"),
                document("2", year=2021, setting="animal"),
                document("3", retracted=True),
            ],
            "relations": [
                relation("1", "TREATS", "CAR-T cell", "lymphoma", **CELL),
                relation("2", "TREATS", "CAR-T cell", "lymphoma", **CELL),
                relation("2", "TREATS", "CAR-NK cell", "glioma", **CELL),
                relation("2", "TREATS", "LNP", "glioma", head_label="NANOPARTICLE"),
                relation("2", "TREATS", "T cell", "glioma", **CELL, assertion="negated"),
                relation("2", "TARGETS", "T cell", "CD19", **CELL),
                relation("3", "TREATS", "T cell", "glioma", **CELL),
            ],
        },
        [("lymphoma", "CAR-T cell", 2, 1, 2018, 2021), ("glioma", "CAR-NK cell", 1, 0, 2021, 2021)],
    ),
    "toxicities-by-target": (
        {
            "findings": [
                finding("1:f1", **CRS),
                finding("1:f2", **CRS, direction="decreased"),
                finding("2:f1", **CRS | {"outcome": "cytokine release syndrome"}, assertion="negated"),
                finding("3:f1", **CRS, direction="increased", assertion="negated"),
                finding("4:f1", **CRS, direction="increased"),
                finding("5:f1", **CRS, assertion="speculated"),
                finding("6:f1", **CRS, kind="retracted"),
                finding("7:f1", **CRS | {"outcome": "weight loss", "car_target": "CD19; B4"}, direction="unchanged"),
                finding("8:f1", **CRS | {"outcome": "survival", "category": "survival"}),
                finding("9:f1", **CRS | {"car_target": ""}),
                finding("11:f1", **CRS | {"car_target": "CD22"}, direction="low"),
            ],
            "entities": [
                mention("1", "OUTCOME", "CRS", "NC:crs", category="toxicity"),
                mention("2", "OUTCOME", "cytokine\nrelease  syndrome", "NC:crs", category="toxicity"),
                mention("3", "OUTCOME", "CRS", "NC:crs", category="toxicity"),
                mention("7", "CAR_TARGET", "B4", "HGNC:1633"),
                mention("10", "CAR_TARGET", "CD19", "HGNC:1633"),
                mention("10", "CAR_TARGET", "CD19", "HGNC:1633"),
            ],
        },
        [
            ("CD19", "CRS", 4, 2, 1, 1, 1),
            ("CD19", "weight loss", 1, 0, 0, 1, 0),
            ("CD22", "CRS", 1, 0, 1, 0, 0),
        ],
    ),
    "directions-by-category": (
        {
            "findings": [
                finding("1:f1", category="toxicity", favours="benefit"),
                finding("1:f2", category="toxicity", favours="harm"),
                finding("2:f1", category="toxicity", assertion="speculated"),
                finding("3:f1", category="toxicity", kind="review (retracted)", favours="harm"),
                finding("4:f1", category="survival"),
                finding("4:f2", category=""),
            ]
        },
        [("toxicity", 2, 1, 1, 0, 1), ("survival", 1, 0, 0, 1, 0)],
    ),
    "trials": (
        {
            "documents": [
                document("1", registry="NCT01; NCT02", phase="1", n=12, year=2020, title="The first."),
                document("2", registry="NCT01", phase="1/2", n=30, year=2023, title="The second.", kind="case report"),
                document("2b", pmid="2", registry="NCT01", phase="1", title="The second again."),
                document("3", phase="2", year=2021, title="Without a number."),
                document("4", phase="2", n=7, title="Without a number or a year.", kind=""),
                document("5", registry="NCT01", year=2024, kind="review"),
                document("6", registry="NCT06", retracted=True, kind="primary (retracted)"),
                document("7", n=9, year=2022),
            ]
        },
        [
            ("NCT01", "1; 1/2", 30, 2023, 2, "1; 2", "The second."),
            ("", "2", None, 2021, 1, "3", "Without a number."),
            ("NCT02", "1", 12, 2020, 1, "1", "The first."),
            ("", "2", 7, None, 1, "4", "Without a number or a year."),
        ],
    ),
    "retracted": (
        {
            "documents": [
                document("1", retracted=True, year=2019, title="Gone.", link=LINK),
                document("2", title="There."),
                document("3", retracted=True, title="Gone, and nothing was found in it."),
            ],
            "findings": [
                finding("1:f1", nanoparticle="LNP", car_target="CD19", outcome="survival", direction="increased"),
                finding("1:f2", outcome="CRS", assertion="negated", favours="benefit"),
                finding("2:f1", outcome="CRS"),
            ],
        },
        [
            ("1", 2019, "Gone.", "LNP", "CD19", "survival", "increased", "affirmed", "neutral", "1:f1", LINK),
            ("1", 2019, "Gone.", "", "", "CRS", "reported", "negated", "benefit", "1:f2", LINK),
            ("3", None, "Gone, and nothing was found in it.", *[None] * 7, ""),
        ],
    ),
    "newest-changes": (
        {
            "documents": [document("1"), document("2", title="New."), document("4", title="Changed.")],
            "changes": [
                {"run": 1, "pmid": "1", "what": "added", "file": "pubmed26n0001"},
                {"run": 10, "pmid": "2", "what": "added", "file": "pubmed26n1400"},
                {"run": 10, "pmid": "3", "what": "withdrawn", "why": "deleted", "file": "pubmed26n1401"},
                {"run": 10, "pmid": "4", "what": "changed", "why": "a newer version", "file": "pubmed26n1400"},
                {"run": 9, "pmid": "1", "what": "changed", "file": "pubmed26n1399"},
            ],
        },
        [
            (10, "withdrawn", "3", None, "deleted", "pubmed26n1401"),
            (10, "changed", "4", "Changed.", "a newer version", "pubmed26n1400"),
            (10, "added", "2", "New.", "", "pubmed26n1400"),
        ],
    ),
    "contradictions": (
        {
            "findings": [
                finding("1:f1", **HER2, favours="benefit"),
                finding("1:f2", **HER2, favours="harm"),
                finding("2:f1", **HER2 | {"nanoparticle": "LNP; exosome", "car_target": "ErbB2"}, favours="harm"),
                finding("3:f1", **HER2, assertion="speculated"),
                # Three papers about another target disagree, and come first.
                *(finding(f"{id}:f1", **HER2 | {"car_target": "PSMA"}, favours="harm") for id in ("10", "11")),
                finding("12:f1", **HER2 | {"car_target": "PSMA"}, favours="benefit"),
                # The mixed results of one paper, an agreement, another category, a retracted paper.
                finding("4:f1", **HER2 | {"nanoparticle": "gel"}, favours="benefit"),
                finding("4:f2", **HER2 | {"nanoparticle": "gel"}, favours="harm"),
                finding("5:f1", **HER2 | {"nanoparticle": "exosome"}, favours="harm"),
                finding("6:f1", **HER2 | {"nanoparticle": "exosome", "category": "survival"}, favours="benefit"),
                finding("7:f1", **HER2 | {"nanoparticle": "exosome"}, favours="benefit", kind="primary (retracted)"),
                # Nothing is known that they could disagree about.
                *(
                    finding(f"{id}:f{number}", **HER2 | {slot: ""}, favours=favours)
                    for id, favours in (("8", "benefit"), ("9", "harm"))
                    for number, slot in enumerate(("nanoparticle", "car_target", "category"))
                ),
            ],
            "entities": [
                mention("1", "CAR_TARGET", "HER2", "HGNC:3430"),
                mention("1", "CAR_TARGET", "HER2", "HGNC:3430"),
                mention("2", "CAR_TARGET", "ErbB2", "HGNC:3430"),
                # What only looks like a spelling of the target.
                *[mention("1", "CELL_TYPE", "HER2+ cell", "HGNC:3430")] * 3,
            ],
        },
        [
            ("LNP", "PSMA", "toxicity", 1, 2, "12", "10; 11"),
            ("LNP", "HER2", "toxicity", 1, 2, "1", "1; 2"),
        ],
    ),
}
"""For each question a result made by hand, and the answer."""
COUNTING = sorted(set(ASKED) - {"retracted", "newest-changes"})
"""The questions whose answers are counts of papers."""


def test_ten_questions_say_what_they_ask() -> None:
    assert len(asking.questions()) == 10
    for name, what in asking.questions().items():
        assert 20 < len(what) < 110
        assert asking.sql_of(name).startswith(f"-- {what}\n")


@pytest.mark.parametrize("name", asking.questions())
def test_what_a_question_answers(tmp_path: Path, name: str) -> None:
    views, expected = ASKED[name]
    assert answers(result(tmp_path, **views), name) == expected


@pytest.mark.parametrize("name", asking.questions())
def test_a_run_that_found_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "manifest.tsv").write_text("name\n")
    assert answers(tmp_path, name) == []


@pytest.mark.parametrize("name", COUNTING)
def test_papers_count_and_not_rows(tmp_path: Path, name: str) -> None:
    views, expected = ASKED[name]
    times = {view: 1 if view == "documents" else 2 for view in views}
    twice = {view: [one for one in rows for _ in range(times[view])] for view, rows in views.items()}
    assert answers(result(tmp_path, **twice), name) == expected


@pytest.mark.parametrize("name", asking.questions())
def test_a_paper_without_a_pmid_is_told_by_its_id(tmp_path: Path, name: str) -> None:
    views, expected = ASKED[name]

    def bare(row: Cells) -> Cells:
        id = row.get("finding_id", row.get("id", ":")).rpartition(":")[0] or row.get("id")
        return {**row, "pmid": ""} if id == row.get("pmid") else row

    out = result(tmp_path, **{view: map(bare, rows) if view != "changes" else rows for view, rows in views.items()})
    assert answers(out, name) == expected


several = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True).map("; ".join)
statements = st.lists(st.tuples(st.sampled_from("123"), several, several, st.booleans()), max_size=8)


@settings(max_examples=10)
@given(statements)
def test_each_value_of_a_cell_counts_once_a_paper(told: list[tuple[str, str, str, bool]]) -> None:
    papers = {
        (particle, target, paper)
        for paper, particles, targets, supposed in told
        for particle in particles.split("; ")
        for target in targets.split("; ")
        if particle and target and not supposed
    }
    rows = [
        finding(
            f"{paper}:f{number}",
            nanoparticle=particles,
            car_target=targets,
            assertion="speculated" if supposed else "affirmed",
        )
        for number, (paper, particles, targets, supposed) in enumerate(told)
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = answers(result(Path(folder), findings=rows), "targets-by-particle")
    assert {row[:2]: row[2] for row in found} == Counter(pair[:2] for pair in papers)

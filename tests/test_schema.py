"""What a document may hold, and that it comes back from JSON as it was."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given

from nanocart.errors import RecordError
from nanocart.schema import Attributes, Document, Finding, Mention, Relation, StudyFacts
from tests.strategies import documents

TEXT = "LNPs carry CAR mRNA. CRS fell by 40% at day 7."
NP = Mention("n1", 0, 4, "NANOPARTICLE", "LNPs")
CARGO = Mention("c1", 11, 19, "CARGO", "CAR mRNA")
CRS = Mention("o1", 21, 24, "OUTCOME", "CRS", attributes=Attributes("toxicity", "decreased", "affirmed"))
VALUE = Mention("v1", 33, 36, "VALUE", "40%")
TIME = Mention("q1", 37, 45, "QUALIFIER", "at day 7", attributes=Attributes(kind="time"))
ROW = Finding("f1", "o1", ("n1",), ("c1",), value="v1", qualifier=("q1",), compared_with="n1", evidence=(21, 46))
GOOD = Document(
    "1",
    "LNPs carry CAR mRNA.",
    TEXT,
    entities=(NP, CARGO, CRS, VALUE, TIME),
    relations=(
        Relation("r1", "CARRIES", "n1", "c1"),
        Relation("r2", "RESULTS_IN", "n1", "o1"),
        Relation("r3", "VALUE_OF", "v1", "o1"),
        Relation("r4", "QUALIFIES", "q1", "o1"),
    ),
    findings=(ROW,),
    study=StudyFacts("primary", ("animal", "human"), "1/2", ("NCT01234567",), 12, ("in vivo",), ("makes CAR cells",)),
)


def test_a_good_document_has_no_problem() -> None:
    assert GOOD.problems() == []
    assert Document.of("1", "", "").problems() == []


def crs(**changes: Any) -> Document:
    attributes = replace(CRS.attributes, **changes)
    return replace(GOOD, entities=(NP, CARGO, replace(CRS, attributes=attributes), VALUE, TIME))


def only(*entities: Mention) -> Document:
    return Document("1", "", TEXT, entities=entities)


def row(**changes: Any) -> Document:
    return replace(GOOD, findings=(replace(ROW, **changes),))


def study(**changes: Any) -> Document:
    return replace(GOOD, study=replace(GOOD.study, **changes))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (only(replace(NP, start=-1)), "n1 lies outside the text: -1-4"),
        (only(replace(NP, end=99)), "n1 lies outside the text: 0-99 of 46"),
        (only(replace(NP, start=4)), "n1 lies outside the text: 4-4"),
        (only(replace(NP, text="LNP")), "n1 says 'LNP' where the text has 'LNPs'"),
        (only(replace(NP, label="GENE")), "unknown label 'GENE': one of NANOPARTICLE, "),
        (only(NP, replace(CARGO, start=3, text=TEXT[3:19])), "c1 overlaps n1: 3-19 and 0-4"),
        (only(NP, replace(NP, id="n2")), "n2 overlaps n1"),
        (only(NP, replace(CARGO, id="n1")), "two mentions share an id"),
        (crs(category="safety"), "unknown category 'safety'"),
        (crs(direction="up"), "unknown direction 'up'"),
        (crs(assertion="denied"), "unknown assertion 'denied'"),
        (crs(kind="dose"), "unknown kind of qualifier 'dose'"),
        (replace(GOOD, relations=(Relation("r1", "CURES", "n1", "o1"),)), "unknown relation 'CURES'"),
        (replace(GOOD, relations=(Relation("r1", "CARRIES", "n1", "c1", "maybe"),)), "unknown assertion 'maybe'"),
        (replace(GOOD, relations=(Relation("r1", "CARRIES", "n1", "x9"),)), "relation r1 names a missing mention 'x9'"),
        (
            replace(GOOD, relations=(Relation("r1", "CARRIES", "c1", "n1"),)),
            "CARRIES cannot join CARGO to NANOPARTICLE",
        ),
        (
            replace(GOOD, relations=(Relation("r1", "TREATS", "n1", "o1"),)),
            "TREATS cannot join NANOPARTICLE to OUTCOME",
        ),
        (row(outcome="x9"), "finding f1 names a missing mention 'x9'"),
        (row(compared_with="x9"), "finding f1 names a missing mention 'x9'"),
        (row(outcome="n1"), "finding f1: n1 is NANOPARTICLE, not OUTCOME"),
        (row(cell_type=("n1",)), "finding f1: n1 is NANOPARTICLE, not CELL_TYPE"),
        (row(qualifier=("v1",)), "finding f1: v1 is VALUE, not QUALIFIER"),
        (row(value="q1"), "finding f1: q1 is QUALIFIER, not VALUE"),
        (row(direction="up"), "unknown direction 'up'"),
        (row(assertion="no"), "unknown assertion 'no'"),
        (row(evidence=(40, 47)), "finding f1: its evidence lies outside the text"),
        (row(evidence=(5, 5)), "finding f1: its evidence lies outside the text"),
        (study(kind="trial"), "unknown kind of study 'trial'"),
        (study(phase="5"), "unknown phase '5'"),
        (study(setting=("animal", "in silico")), "unknown setting 'in silico'"),
        (study(car_made=("elsewhere",)), "unknown car_made 'elsewhere'"),
        (study(particle_role=("cures",)), "unknown particle_role 'cures'"),
    ],
)
def test_every_problem_is_said_in_words(document: Document, said: str) -> None:
    problems = document.problems()
    assert len(problems) == 1
    assert said in problems[0]
    with pytest.raises(RecordError, match="record 1"):
        Document.from_json(document.to_json())


def test_mentions_that_touch_do_not_overlap() -> None:
    assert only(replace(NP, end=2, text="LN"), Mention("n2", 2, 4, "NANOPARTICLE", "Ps")).problems() == []


@given(documents())
def test_json_round_trip(document: Document) -> None:
    assert Document.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_unknown_keys_are_kept_where_they_stood() -> None:
    data = GOOD.to_json()
    places = (
        data,
        data["entities"][2],
        data["entities"][2]["attributes"],
        data["relations"][0],
        data["findings"][0],
        data["study"],
    )
    for number, place in enumerate(places):
        place["x_own"] = {"number": number}
    again = Document.from_json(data).to_json()
    assert again == data
    assert again["study"]["x_own"] == {"number": 5}


def test_what_may_be_left_out() -> None:
    short = {"id": 7, "text": "LNPs.", "entities": [{"id": "e1", "start": 0, "end": 4, "label": "NANOPARTICLE"}]}
    document = Document.from_json(short)
    assert (document.id, document.title, document.entities[0].text) == ("7", "", "LNPs")
    assert document.study == StudyFacts()


def test_out_of_scope_is_a_statement_and_not_asked_is_none() -> None:
    for said in (True, False, None):
        document = Document("1", "", "A.", study=StudyFacts(in_scope=said))
        assert Document.from_json(document.to_json()).study.in_scope is said


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": None},
        {"id": True},
        {"text": None},
        {"title": 5},
        {"metadata": [1]},
        {"entities": [{"id": "e1", "start": "0", "end": 4, "label": "CARGO"}]},
        {"entities": [{"id": "e1", "start": 0.0, "end": 4.0, "label": "CARGO"}]},
        {"entities": [{"id": "e1", "start": True, "end": 4, "label": "CARGO"}]},
        {"entities": [{"start": 0, "end": 4, "label": "CARGO"}]},
        {"entities": ["LNPs"]},
        {"relations": [{"id": "r1"}]},
        {"study": "animal"},
    ],
)
def test_json_that_is_no_document(wrong: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        Document.from_json({"id": "1", "text": "LNPs work."} | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"findings": [{"id": "f1", "outcome": "e1", "evidence": ["a", "b"]}]},
        {"findings": [{"id": "f1", "outcome": "e1", "evidence": [0]}]},
        {"findings": [{"id": "f1", "outcome": "e1", "cargo": 5}]},
        {"relations": [{"id": "r1", "label": "TREATS", "head": {}, "tail": "e1"}]},
        {"entities": [{"id": {}, "start": 0, "end": 4, "label": "OUTCOME"}]},
        {"study": {"setting": 5}},
        {"study": {"n": "many"}},
    ],
)
def test_values_of_the_wrong_kind_are_an_error_of_the_record(wrong: dict[str, Any]) -> None:
    entities = [{"id": "e1", "start": 0, "end": 4, "label": "OUTCOME"}]
    with pytest.raises(RecordError):
        Document.from_json({"id": "1", "text": "LNPs work.", "entities": entities} | wrong)


@pytest.mark.parametrize(
    ("one", "name"),
    [
        (GOOD, "text"),
        (NP, "start"),
        (CRS.attributes, "direction"),
        (GOOD.relations[0], "tail"),
        (ROW, "outcome"),
        (StudyFacts(), "n"),
    ],
)
def test_nothing_can_be_changed(one: object, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(one, name, None)


@pytest.mark.parametrize(
    ("title", "abstract", "text"),
    [
        ("A title.", "One.\nTwo.", "A title.\nOne.\nTwo."),
        ("A title.", "", "A title."),
        ("", "One.", "One."),
        ("", "", ""),
    ],
)
def test_text_is_title_newline_abstract(title: str, abstract: str, text: str) -> None:
    document = Document.of("1", title, abstract)
    assert document.text == text
    assert document.abstract == abstract


def test_without_annotations_keeps_text_and_metadata() -> None:
    document = replace(GOOD, metadata={"year": 2024}, extra={"x": 1})
    bare = document.without_annotations()
    assert bare == Document("1", GOOD.title, TEXT, {"year": 2024}, extra={"x": 1})


def test_a_mention_by_id() -> None:
    assert GOOD.mention("c1") is CARGO
    with pytest.raises(KeyError):
        GOOD.mention("x9")

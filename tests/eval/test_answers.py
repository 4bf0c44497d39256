"""Answers of a language model made documents: surfaces found in the text, what breaks the scheme left out."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.eval.answers import Tally, decode, parse, places
from nanocart.eval.llm import prompt, schema
from nanocart.schema import (
    ASSERTIONS,
    CATEGORIES,
    DIRECTIONS,
    LABELS,
    QUALIFIER_KINDS,
    SIGNATURES,
    SLOTS,
    Document,
)
from tests.eval.an_answer import ANSWER, NONE, TEXT, entity, row


@pytest.mark.parametrize(
    ("text", "surface", "context", "found"),
    [
        ("CR and CRS and CR", "CR", None, ["0-2", "15-17"]),
        ("only CRS here", "CR", None, []),
        ("lipid\nnanoparticles", "lipid nanoparticles", None, ["0-19"]),
        ("Lipid Nanoparticles, lipid nanoparticles", "lipid nanoparticles", None, ["21-40"]),
        ("Lipid Nanoparticles", "lipid nanoparticles", None, ["0-19"]),
        ("anti-CD19CAR", "CD19", None, ["5-9"]),
        ("CD190", "CD19", None, []),
        ("γδ T cells", "T cells", None, ["3-10"]),
        ("CRS rose, CRS fell", "CRS", "CRS fell", ["10-13"]),
        ("CRS rose, CRS fell", "CRS", "crs  fell", ["10-13"]),
        ("CRS rose, CRS fell", "CRS", "CRS stayed", []),
        ("CRS rose", "CRS", "CRS stayed", ["0-3"]),
        ("crs rose, CRS fell", "CRS", "crs rose", ["0-3"]),
        ("p (%)", "(%)", None, ["2-5"]),
        ("text", " ", None, []),
    ],
)
def test_where_a_surface_stands(text: str, surface: str, context: str | None, found: list[str]) -> None:
    assert [f"{start}-{end}" for start, end in places(text, surface, context)] == found


def test_what_is_not_in_the_text_is_counted_and_left_out() -> None:
    given = {**NONE, "in_scope": True, "entities": [entity("LNPs", "NANOPARTICLE"), entity("PEG", "CARGO")]}
    given["relations"] = [{"label": "CARRIES", "head": 0, "tail": 1, "assertion": "affirmed"}]
    document, tally = decode(given, Document("1", "", TEXT), "x")
    assert {one.text for one in document.entities} == {"LNPs"}
    assert document.relations == ()
    assert tally == Tally(surfaces=2, missing=1, dropped=1)


def test_out_of_scope_nothing_is_annotated() -> None:
    document, _ = decode({**ANSWER, "in_scope": False}, Document("1", "", TEXT), "x")
    assert document.entities == ()
    assert document.study.in_scope is False


def test_two_entities_of_one_surface_are_the_same_mentions() -> None:
    given = {**NONE, "in_scope": True, "entities": [entity("LNPs", "NANOPARTICLE"), entity("LNPs", "NANOPARTICLE")]}
    given["entities"].append(entity("CAR mRNA", "CARGO"))
    given["relations"] = [{"label": "CARRIES", "head": head, "tail": 2, "assertion": "affirmed"} for head in (0, 1)]
    document, _ = decode(given, Document("1", "", TEXT), "x")
    assert len(document.entities) == 3
    assert len(document.relations) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"entities": [entity("LNPs", "PARTICLE")]},
        {"relations": [{"label": "CARRIES", "head": 1, "tail": 0, "assertion": "affirmed"}]},
        {"relations": [{"label": "CARRIES", "head": 0, "tail": True, "assertion": "affirmed"}]},
        {"relations": [{"label": "CARRIES", "head": 0, "tail": 1, "assertion": "maybe"}]},
        {"findings": [row(0)]},
        {"findings": [row(3, cell_type=[0])]},
        {"findings": [row(3, value=99)]},
    ],
)
def test_what_breaks_the_scheme_is_left_out(broken: dict[str, Any]) -> None:
    document, tally = decode({**ANSWER, **broken}, Document("1", "", TEXT), "x")
    assert document.problems() == []
    assert tally.dropped >= 1


number = st.one_of(st.integers(-2, 6), st.none(), st.just("0"))
some = st.one_of(st.none(), st.integers(), st.just([0]))
anything = st.fixed_dictionaries(
    {
        "in_scope": st.just(True),
        "entities": st.lists(
            st.fixed_dictionaries(
                {
                    "surface": st.one_of(st.sampled_from([*TEXT.split(), "CAR mRNA", "absent", ""]), some),
                    "label": st.one_of(st.sampled_from(LABELS), some),
                    "context": st.one_of(st.sampled_from(["LNPs for", "weight loss"]), some),
                    "direction": st.one_of(st.sampled_from(DIRECTIONS), some),
                }
            ),
            max_size=6,
        ),
        "relations": st.lists(
            st.fixed_dictionaries(
                {
                    "label": st.one_of(st.sampled_from(list(SIGNATURES)), some),
                    "head": number,
                    "tail": number,
                    "assertion": st.sampled_from([*ASSERTIONS, None]),
                }
            )
        ),
        "findings": st.lists(
            st.builds(
                row,
                number,
                nanoparticle=st.one_of(st.lists(number), some),
                value=number,
                compared_with=number,
                evidence=st.one_of(st.sampled_from(["LNPs", "No weight"]), some),
            )
        ),
    }
)


@given(anything)
def test_whatever_is_answered_the_document_follows_the_schema(answer: dict[str, Any]) -> None:
    document, _ = decode(parse(json.dumps(answer)), Document("1", "", TEXT), "x")
    assert document.problems() == []
    assert Document.from_json(document.to_json()) == document


@pytest.mark.parametrize(
    "content",
    ["", "no", "{}", "[" * 100_000, '{"in_scope": 1}', json.dumps({**NONE, "entities": [1]}), json.dumps([NONE])[:-3]],
)
def test_answers_that_are_none(content: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(content)


def test_what_stands_around_an_answer_is_passed_over() -> None:
    assert parse(f"<think>{{x}}</think>```json\n{json.dumps(ANSWER)}\n```") == ANSWER


def test_the_schema_has_our_vocabularies() -> None:
    parts = schema()["properties"]
    entities, relations, findings = (
        parts[name]["items"]["properties"] for name in ("entities", "relations", "findings")
    )
    assert entities["label"]["enum"] == list(LABELS)
    for name, words in (("category", CATEGORIES), ("direction", DIRECTIONS), ("assertion", ASSERTIONS)):
        assert entities[name]["enum"] == [*words, None]
    assert entities["kind"]["enum"] == [*QUALIFIER_KINDS, None]
    assert relations["label"]["enum"] == list(SIGNATURES)
    assert set(SLOTS) < set(findings)
    assert all(word in prompt() for word in (*LABELS, *CATEGORIES, *DIRECTIONS, *ASSERTIONS, *SIGNATURES))


def test_the_example_in_the_prompt_is_an_answer_that_fits() -> None:
    text = json.loads(prompt().split("Text: ")[1].splitlines()[0])
    answer = parse(prompt().split("Text: ")[1].split("\n", 1)[1])
    jsonschema.validate(answer, schema())
    jsonschema.validate(ANSWER | {"entities": []}, schema())
    document, tally = decode(answer, Document("1", "", text), "x")
    assert document.problems() == []
    assert tally == Tally(surfaces=len(answer["entities"]))
    assert len(document.findings) == 2
    assert document.findings[0].evidence == tuple(text.index(one) for one in ("Lipid", " No weight"))

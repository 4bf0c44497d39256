"""The kit for people: the page holds its documents and nothing more, and speaks the schema's words."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanocart import schema
from nanocart.corpora.kit import EMPTY, chosen, page
from nanocart.corpora.standoff import sha256
from nanocart.errors import RecordError
from nanocart.schema import Document
from tests.corpora.kit_page import HUMAN, LOGIC, MARKED, TEMPLATE, TEXT, TITLE, scripts
from tests.strategies import documents


def test_the_page_holds_its_documents() -> None:
    other = Document.of("2", "Title.", "")
    assert json.loads(scripts(page([MARKED, other]))["documents"]) == [
        {"id": "10.1/a", "title": TITLE, "text": TEXT, "sha256": sha256(TEXT)},
        {"id": "2", "title": "Title.", "text": "Title.", "sha256": sha256("Title.")},
    ]


@settings(max_examples=15)
@given(st.lists(documents(), max_size=3, unique_by=lambda one: one.id))
def test_any_text_survives(some: list[Document]) -> None:
    rows = json.loads(scripts(page(some))["documents"])
    assert [(row["id"], row["title"], row["text"]) for row in rows] == [(one.id, one.title, one.text) for one in some]


def test_a_text_cannot_end_its_script() -> None:
    made = scripts(page([MARKED]))
    assert set(made) == {"documents", "logic", "page"}
    assert {name: made[name] for name in ("logic", "page")} == {
        name: scripts(TEMPLATE)[name] for name in ("logic", "page")
    }


def test_the_page_is_blind() -> None:
    data = scripts(page([MARKED]))["documents"]
    assert set(json.loads(data)[0]) == {"id", "title", "text", "sha256"}
    assert "unblinded" not in data
    assert "NANOPARTICLE" not in data


def test_two_documents_of_one_id_are_refused() -> None:
    with pytest.raises(RecordError, match=r"10\.1/a: two documents of one id"):
        page([MARKED, MARKED])


def test_the_page_comes_empty() -> None:
    assert TEMPLATE.count(EMPTY) == 1
    assert page([]) == TEMPLATE


def test_the_page_loads_nothing() -> None:
    assert "default-src 'none'" in TEMPLATE
    assert not re.findall(
        r"https?:|\bsrc=|@import|url\(|fetch\(|XMLHttpRequest|import\(|WebSocket|sendBeacon", TEMPLATE
    )


def test_the_page_speaks_the_words_of_the_schema() -> None:
    found = re.search(r"^const VOCABULARY = (\{.*?^\});$", LOGIC, re.M | re.S)
    assert found
    assert json.loads(found[1]) == {
        "entity_labels": list(schema.ENTITY_LABELS),
        "evidence_labels": list(schema.EVIDENCE_LABELS),
        "categories": list(schema.CATEGORIES),
        "directions": list(schema.DIRECTIONS),
        "assertions": list(schema.ASSERTIONS),
        "qualifier_kinds": list(schema.QUALIFIER_KINDS),
        "signatures": {name: [list(ends) for ends in pair] for name, pair in schema.SIGNATURES.items()},
        "slots": dict(schema.SLOTS),
        "kinds": list(schema.KINDS),
        "settings": list(schema.SETTINGS),
        "phases": list(schema.PHASES),
        "car_made": list(schema.CAR_MADE),
        "particle_roles": list(schema.PARTICLE_ROLES),
    }


def test_the_short_guidelines_are_short_and_name_every_word() -> None:
    short = " ".join((HUMAN / "GUIDELINES-SHORT.md").read_text("utf-8").split())
    assert short.count(" ") < 1700, "four printed pages"
    words = [*schema.LABELS, *schema.SIGNATURES, *schema.CATEGORIES, *schema.DIRECTIONS, *schema.ASSERTIONS]
    words += [*schema.QUALIFIER_KINDS, *schema.KINDS, *schema.SETTINGS, *schema.CAR_MADE, *schema.PARTICLE_ROLES]
    assert [word for word in words if word not in short] == []


# ---- the draw


def test_the_draw_depends_on_the_set_and_the_seed_alone() -> None:
    ids = [str(number) for number in range(100)]
    drawn = chosen(ids)
    assert drawn == chosen(reversed(ids)) == chosen(ids + ids)
    assert drawn != chosen(ids, seed=1)
    assert drawn[:3] == ["41", "57", "20"], "another draw than before"


def test_the_draw_does_not_repeat() -> None:
    drawn = chosen(map(str, range(40)))
    assert len(drawn) == len(set(drawn)) == 30
    assert chosen("abcde", 3) == chosen("abcde", 5)[:3]


def test_too_few_to_draw_from() -> None:
    with pytest.raises(ValueError, match="cannot draw 30 of 2 documents"):
        chosen(["1", "2"])

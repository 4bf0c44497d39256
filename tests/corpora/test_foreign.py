"""Foreign mentions of some labels that are read anew, and what of the others stays."""

from __future__ import annotations

from typing import Any

import pytest

from nanocart.corpora.foreign import span_of, with_mentions
from nanocart.errors import RecordError

GENE = {"start": 0, "end": 4, "label": "GENE", "text": "IL-2"}


def entity(id_: str, label: str) -> dict[str, Any]:
    return {"id": id_, "start": 0, "end": 4, "label": label, "text": "IL-2"}


def relation(id_: str, *names: str, by: str = "mention") -> dict[str, Any]:
    return {"id": id_, "label": "Binds", "by": by, "arguments": [["arg", name] for name in names]}


def test_the_mentions_of_the_labels_are_others_now_and_the_rest_stays() -> None:
    held = {"entities": [entity("t1", "GENE"), entity("x1", "CELL")], "notes": ["line 1"]}
    found = with_mentions({"mine": 1, "foreign": held}, ["GENE"], [GENE, GENE])
    assert found["mine"] == 1
    assert [(one["id"], one["label"]) for one in found["foreign"]["entities"]] == [
        ("x1", "CELL"), ("x2", "GENE"), ("x3", "GENE"),
    ]  # fmt: skip
    assert found["foreign"]["notes"] == ["line 1"]
    assert len(held["entities"]) == 2


def test_relations_go_with_their_mentions_and_events_with_their_events() -> None:
    entities = [entity("t1", "GENE"), entity("t2", "CELL"), entity("t3", "CELL")]
    relations = [
        relation("e2", "e1"),
        relation("e1", "t1", "t2"),
        relation("r1", "t2", "t3"),
        relation("r2", "t1", "D1", by="concept"),
    ]
    found = with_mentions({"foreign": {"entities": entities, "relations": relations}}, ["GENE"], [])
    assert [one["id"] for one in found["foreign"]["relations"]] == ["r1", "r2"]


def test_where_nothing_is_left_nothing_is_said() -> None:
    assert with_mentions({"foreign": {"entities": [entity("t1", "GENE")]}}, ["GENE"], []) == {}
    assert with_mentions({}, ["GENE"], []) == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": "1", "start": 0, "label": "GENE"}, "is no mention"),
        ("IL-2", "is no mention"),
        (entity("1", "GENE") | {"end": 5}, "'IL-2' is not at 0-5"),
        (entity("1", "GENE") | {"end": 50}, "outside the text"),
        (entity("1", ""), "no label"),
    ],
)
def test_a_mention_of_another_shape_is_an_error(given: Any, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        span_of(given, "IL-2 rises.")

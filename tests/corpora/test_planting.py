"""Planted errors: few, of every kind, and gone again whether they were caught or not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora.assembling import sample
from nanocart.corpora.markup import read, write
from nanocart.corpora.planting import (
    COLUMNS,
    KINDS,
    TABLE,
    caught,
    count,
    hand_over,
    plant,
    read_planted,
    restore,
    result,
    table,
    write_planted,
)
from nanocart.schema import Document
from tests.strategies import documents

DOCUMENT = read(
    """id: 1
---
[[Lipid nanoparticles|NANOPARTICLE n =lnp]] cut [[tumor growth|OUTCOME o =g response decreased affirmed]] in [[mice cells|CELL_TYPE c =m]].
[[LNPs|NANOPARTICLE m =lnp]] helped [[survival|OUTCOME s =s survival increased affirmed]] in [[lymphoma|DISEASE d =l]].
---
RESULTS_IN n o
FINDING outcome=o nanoparticle=n direction=decreased
"""  # noqa: E501
)


def test_every_kind_is_planted_and_what_rows_name_keeps_its_type() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(200):
        spoiled, planted = plant(DOCUMENT, share=0.5, seed=seed)
        kinds.update(one.kind for one in planted)
        assert spoiled.problems() == []
        [row] = spoiled.findings
        assert (spoiled.mention(row.outcome).label, spoiled.mention(row.nanoparticle[0]).label) == (
            "OUTCOME",
            "NANOPARTICLE",
        )
        assert [one.id for one in spoiled.entities] == [f"e{n}" for n in range(1, len(spoiled.entities) + 1)]
    assert set(kinds) == set(KINDS)


def test_about_the_asked_share_is_spoiled() -> None:
    counts = [len(plant(DOCUMENT, share=0.2, seed=seed)[1]) for seed in range(500)]
    assert 0.8 < sum(counts) / len(counts) < 1.4  # of six mentions, of which all can be spoiled in some way


def test_what_the_reader_mended_counts_as_caught() -> None:
    spoiled, planted = plant(DOCUMENT, share=1.0, seed=1)
    assert not any(caught(spoiled, one) for one in planted)
    assert all(caught(DOCUMENT, one) for one in planted)


def test_a_reader_may_mend_it_otherwise_than_it_was() -> None:
    spoiled, planted = plant(DOCUMENT, share=1.0, seed=1)
    bare = replace(spoiled, entities=())
    for one in planted:
        assert caught(bare, one) == (one.wrong is not None)


@given(documents(), st.integers(0, 5))
def test_what_was_not_caught_is_put_right(document: Document, seed: int) -> None:
    document = replace(document, relations=(), findings=())
    spoiled, planted = plant(document, share=0.7, seed=seed)
    back = restore(spoiled, planted)
    assert [(m.start, m.end, m.label, m.text, m.attributes) for m in back.entities] == [
        (m.start, m.end, m.label, m.text, m.attributes) for m in sorted(document.entities, key=lambda m: m.start)
    ]


def test_what_was_planted_is_kept(tmp_path: Path) -> None:
    planted = plant(DOCUMENT, share=1.0, seed=3)[1]
    write_planted(tmp_path / "planted.jsonl", {"1": planted, "2": []})
    assert read_planted(tmp_path / "planted.jsonl") == {"1": planted, "2": []}


def test_files_are_handed_over_once_and_counted(tmp_path: Path) -> None:
    (tmp_path / "T").mkdir()
    for n in range(40):
        (tmp_path / "T" / f"{n}.txt").write_text(write(replace(DOCUMENT, id=str(n))), "utf-8")
    assert hand_over(tmp_path) == 40
    assert hand_over(tmp_path) == 0
    assert {row[-1] for row in table(tmp_path)} == {"left"}
    for path in (tmp_path / "T").iterdir():  # a reader who catches everything
        (tmp_path / "T2" / path.name).write_text(path.read_text("utf-8"), "utf-8")
    sums = count(table(tmp_path))
    assert sum(one["mended"] for one in sums.values()) == len(table(tmp_path)) > 0


def test_an_error_that_was_changed_into_another_is_not_mended() -> None:
    spoiled, planted = plant(DOCUMENT, share=1.0, seed=1)
    bare = replace(spoiled, entities=())
    assert {result(bare, one) for one in planted if one.wrong is not None} <= {"changed otherwise"}


def test_the_shipped_table_is_of_train_and_names_what_can_be() -> None:
    header, *rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]
    assert tuple(header) == COLUMNS
    drawn = {row["id"] for row in sample() if row["split"] == "train"}
    assert {row[0] for row in rows} <= drawn
    assert sum(sum(one.values()) for one in count(rows).values()) == len(rows)

"""The kinds of error, each worked by hand on one sentence, and what the errors have in common with the scores."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from nanocart.corpora.markup import read
from nanocart.eval.errors import KINDS, MENTION_KINDS, NOTHING, TYPES, Error, Part, confusions, errors, matrix, summary
from nanocart.eval.scores import count
from nanocart.schema import LABELS, Document, StudyFacts
from tests.strategies import documents


def marked(text: str, *tail: str, id: str = "1") -> Document:
    return read("\n".join([f"id: {id}", "---", text, "---", *tail]))


def kinds(gold: str, predicted: str) -> list[tuple[str, str]]:
    return [(one.kind, one.label) for one in errors(marked(gold), marked(predicted))]


def only(gold: Document, predicted: Document) -> Error:
    [one] = errors(gold, predicted)
    return one


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("[[LNPs|NANOPARTICLE n]] work.", "[[LNPs|NANOPARTICLE x]] work.", []),
        ("[[LNPs|NANOPARTICLE n]] work.", "LNPs work.", [("missed", "NANOPARTICLE")]),
        ("LNPs work.", "[[LNPs|NANOPARTICLE n]] work.", [("spurious", "NANOPARTICLE")]),
        ("[[old T cells|CELL_TYPE t]] work.", "old [[T cells|CELL_TYPE t]] work.", [("boundary", "CELL_TYPE")]),
        ("[[fibrosis|DISEASE d]] fell.", "[[fibrosis|OUTCOME o]] fell.", [("type", "DISEASE")]),
        ("[[lung fibrosis|DISEASE d]] fell.", "lung [[fibrosis|OUTCOME o]] fell.", [("type", "DISEASE")]),
        # The partner is the one of the same type, though the other shares more with the gold.
        (
            "[[exhausted T cells|CELL_TYPE t]] work.",
            "[[exhausted T|DISEASE d]] [[cells|CELL_TYPE t]] work.",
            [("spurious", "DISEASE"), ("boundary", "CELL_TYPE")],
        ),
        # One predicted mention stands for one gold mention, and the other is missed.
        (
            "[[LNPs|NANOPARTICLE n]] and [[gold nanorods|NANOPARTICLE m]] work.",
            "[[LNPs and gold nanorods|NANOPARTICLE n]] work.",
            [("missed", "NANOPARTICLE"), ("boundary", "NANOPARTICLE")],
        ),
    ],
)
def test_mentions(gold: str, predicted: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(gold, predicted) == expected


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("[[CD19|CAR_TARGET g]] CARs", "[[CD19|DISEASE g]] CARs", [("role", "CAR_TARGET")]),
        ("[[IL-15|CARGO c]] was given", "[[IL-15|CAR_TARGET c]] was given", [("role", "CARGO")]),
        # The ligand of a particle, before it and after it.
        ("CD5-targeted [[LNPs|NANOPARTICLE n]]", "[[CD5|CAR_TARGET g]]-targeted [[LNPs|NANOPARTICLE n]]", "role"),
        ("anti-CD3 coated [[LNPs|NANOPARTICLE n]]", "anti-[[CD3|CAR_TARGET g]] coated [[LNPs|NANOPARTICLE n]]", "role"),
        ("CD5/CD7-bound [[LNPs|NANOPARTICLE n]]", "[[CD5|CAR_TARGET g]]/CD7-bound [[LNPs|NANOPARTICLE n]]", "role"),
        (
            "[[LNPs|NANOPARTICLE n]] conjugated to anti-CD3",
            "[[LNPs|NANOPARTICLE n]] conjugated to anti-[[CD3|CAR_TARGET g]]",
            "role",
        ),
        # No ligand: a particle that delivers a CAR, one that only stands near, one in the next sentence.
        ("CD19 CAR [[LNPs|NANOPARTICLE n]]", "[[CD19|CAR_TARGET g]] CAR [[LNPs|NANOPARTICLE n]]", "spurious"),
        ("CD19-CAR [[LNPs|NANOPARTICLE n]]", "[[CD19|CAR_TARGET g]]-CAR [[LNPs|NANOPARTICLE n]]", "spurious"),
        ("[[NPs|NANOPARTICLE n]] bear CAR CD19", "[[NPs|NANOPARTICLE n]] bear CAR [[CD19|CAR_TARGET g]]", "spurious"),
        (
            "[[LNPs|NANOPARTICLE n]] and CD3 levels",
            "[[LNPs|NANOPARTICLE n]] and [[CD3|CAR_TARGET g]] levels",
            "spurious",
        ),
        ("It binds CD5. [[LNPs|NANOPARTICLE n]]", "It binds [[CD5|CAR_TARGET g]]. [[LNPs|NANOPARTICLE n]]", "spurious"),
    ],
)
def test_roles(gold: str, predicted: str, expected: str | list[tuple[str, str]]) -> None:
    assert kinds(gold, predicted) == ([(expected, "CAR_TARGET")] if isinstance(expected, str) else expected)


def test_what_an_error_says() -> None:
    one = only(marked("[[lung fibrosis|DISEASE d]] fell."), marked("lung [[fibrosis|OUTCOME o]] fell."))
    assert [(side[0].label, side[0].text) for side in (one.gold, one.predicted)] == [
        ("DISEASE", "lung fibrosis"),
        ("OUTCOME", "fibrosis"),
    ]
    assert one.labels == ("DISEASE", "OUTCOME")
    assert one.note == "the boundaries differ too"
    ligand = only(
        marked("CD5-targeted [[LNPs|NANOPARTICLE n]]"), marked("[[CD5|CAR_TARGET g]]-targeted [[LNPs|NANOPARTICLE n]]")
    )
    assert ligand.note == "the ligand of a particle: LNPs"


def test_attributes() -> None:
    gold = marked("[[Growth|OUTCOME o response decreased affirmed]] at [[day 7|QUALIFIER q time]].")
    mine = marked("[[Growth|OUTCOME o response increased negated]] at [[day 7|QUALIFIER q condition]].")
    assert [(one.kind, one.label, one.parts) for one in errors(gold, mine)] == [
        (
            "attribute",
            "OUTCOME",
            (Part("direction", "decreased", "increased"), Part("assertion", "affirmed", "negated")),
        ),
        ("attribute", "QUALIFIER", (Part("kind", "time", "condition"),)),
    ]


RELATED = "[[LNPs|NANOPARTICLE n =lnp]] held [[siRNA|CARGO s =si]]; [[LNPs|NANOPARTICLE m =lnp]] work."


def test_relations_join_things_and_not_mentions() -> None:
    assert errors(marked(RELATED, "CARRIES n s"), marked(RELATED, "CARRIES m s")) == []
    missed = only(marked(RELATED, "CARRIES n s", "CARRIES m s"), marked(RELATED))
    assert (missed.kind, missed.label, [one.id for one in missed.gold]) == ("relation missed", "CARRIES", ["n", "s"])
    spurious = only(marked(RELATED), marked(RELATED, "CARRIES m s"))
    assert (spurious.kind, spurious.gold, [one.id for one in spurious.predicted]) == (
        "relation spurious",
        (),
        ["m", "s"],
    )
    asserted = only(marked(RELATED, "CARRIES n s negated"), marked(RELATED, "CARRIES n s"))
    assert (asserted.kind, asserted.parts) == ("attribute", (Part("assertion", "negated", "affirmed"),))


ROWS = "[[T cells|CELL_TYPE t =t]] cut [[growth|OUTCOME g =g]] and [[fever|OUTCOME f =f]] in [[lupus|DISEASE d =d]]."


def test_findings() -> None:
    whole = "FINDING outcome=g cell_type=t disease=d direction=decreased"
    assert errors(marked(ROWS, whole), marked(ROWS, whole)) == []
    missed = only(marked(ROWS, whole), marked(ROWS))
    assert (missed.kind, missed.label, [one.id for one in missed.gold]) == (
        "finding missed",
        "FINDING",
        ["g", "t", "d"],
    )
    assert Part("disease", "lupus", "") in missed.parts
    other = "FINDING outcome=f cell_type=t"
    assert [one.kind for one in errors(marked(ROWS, whole), marked(ROWS, other))] == [
        "finding missed",
        "finding spurious",
    ]
    differs = only(marked(ROWS, whole), marked(ROWS, "FINDING outcome=g cell_type=t direction=increased"))
    assert differs.kind == "finding differs"
    assert [one for one in differs.parts if one.differs] == [
        Part("disease", "lupus", ""),
        Part("direction", "decreased", "increased"),
    ]
    assert Part("cell_type", "T cells", "T cells", differs=False) in differs.parts


def test_two_rows_of_one_outcome_are_told_apart() -> None:
    rows = ("FINDING outcome=g cell_type=t", "FINDING outcome=g disease=d direction=low")
    one = only(marked(ROWS, *rows), marked(ROWS, rows[1]))
    assert (one.kind, [mention.id for mention in one.gold]) == ("finding missed", ["g", "t"])


def test_scope() -> None:
    gold, silent = marked("LNPs work.", "STUDY in_scope=no"), marked("LNPs work.")
    assert only(gold, silent).parts == (Part("scope", "out of scope", "in scope"),)
    assert errors(marked("LNPs work.", "STUDY in_scope=yes"), silent) == []


def test_errors_stand_in_reading_order() -> None:
    gold = marked(RELATED, "CARRIES n s", "STUDY in_scope=no")
    found = errors(gold, marked("LNPs held [[siRNA|CELL_TYPE s]]; [[LNPs|NANOPARTICLE m =lnp]] work."))
    assert [one.kind for one in found] == ["scope", "missed", "relation missed", "type"]


def test_matrix_by_hand() -> None:
    gold = "[[LNPs|NANOPARTICLE n]] cut [[lung fibrosis|DISEASE d]] by [[2%|VALUE v]]."
    mine = "[[LNPs|NANOPARTICLE n]] [[cut|OUTCOME x]] lung [[fibrosis|OUTCOME d]] by 2%."
    assert matrix([(marked(gold), marked(mine))]) == {
        ("NANOPARTICLE", "NANOPARTICLE"): 1,
        ("DISEASE", "OUTCOME"): 1,
        ("VALUE", NOTHING): 1,
        (NOTHING, "OUTCOME"): 1,
    }


def test_confusions_are_counted_over_documents_without_regard_to_capitals() -> None:
    pairs = [
        (marked("[[Fibrosis|DISEASE d]] and [[pain|OUTCOME p]]."), marked("[[Fibrosis|OUTCOME d]] and pain.")),
        (marked("[[fibrosis|DISEASE d]] and [[LNPs|NANOPARTICLE n]]."), marked("[[fibrosis|OUTCOME d]] and LNPs.")),
    ]
    first, *rest = confusions([errors(*pair) for pair in pairs])
    assert (first.kind, first.gold_label, first.gold, first.predicted_label, first.predicted) == (
        "type", "DISEASE", "Fibrosis", "OUTCOME", "Fibrosis",
    )  # fmt: skip
    assert first.places == ((0, 0), (1, 0))
    assert [(one.kind, one.gold, one.predicted, one.places) for one in rest] == [
        ("missed", "pain", "", ((0, 1),)),
        ("missed", "LNPs", "", ((1, 1),)),
    ]


def test_values_of_attributes_are_confused_too() -> None:
    pair = marked("[[Growth|OUTCOME o response low]]."), marked("[[Growth|OUTCOME o response]].")
    [one] = confusions([errors(*pair)])
    assert (one.gold_label, one.gold, one.predicted) == ("OUTCOME direction", "low", "nothing")


def test_summary() -> None:
    found = [errors(marked(RELATED), marked("LNPs held siRNA; [[LNPs|NANOPARTICLE m]] work.")), []]
    assert summary(found) == "2 documents, 1 of them without an error; 2 errors: 2 missed"


@given(documents())
def test_with_itself_a_document_has_no_errors(document: Document) -> None:
    assert errors(document, document) == []


@given(documents(), documents())
def test_errors_and_scores_count_the_same(gold: Document, other: Document) -> None:
    """Two annotations of one text: the second is cut out of another document's, and shares mentions with the first."""
    fits = tuple(one for one in other.entities if one.end <= len(gold.text))
    predicted = [replace(one, text=gold.text[one.start : one.end]) for one in fits]
    taken = {at for one in predicted for at in range(one.start, one.end)}
    predicted += [one for one in gold.entities if taken.isdisjoint(range(one.start, one.end))]
    entities = tuple(replace(one, id=f"p{at}") for at, one in enumerate(predicted))
    mine = Document(gold.id, gold.title, gold.text, entities=entities, study=StudyFacts())
    found = errors(gold, mine)
    assert all(one.kind in KINDS and set(one.labels) <= set(TYPES) for one in found)
    # Strict spans: whatever is not right stands in exactly one error of a mention.
    wrong = [one for one in found if one.kind in MENTION_KINDS]
    counts = [count([(gold, mine)], [f"spans/strict/{label}"]).counts.sum(axis=(0, 1)) for label in LABELS]
    assert sum(len(one.gold) for one in wrong) == sum(int(fn) for _, _, fn in counts)
    assert sum(len(one.predicted) for one in wrong) == sum(int(fp) for _, fp, _ in counts)
    table = matrix([(gold, mine)])
    assert sum(table.values()) == sum(int(tp) for tp, _, _ in counts) + len(wrong)
    [[rows]] = count([(gold, mine)], ["findings/whole rows"]).counts
    assert sum(one.kind in ("finding missed", "finding differs") for one in found) == rows[2]

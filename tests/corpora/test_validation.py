"""Validation: each thing that can be wrong with annotations, made on purpose in an otherwise right document."""

from __future__ import annotations

import pytest

from nanocart.corpora.markup import read
from nanocart.corpora.standoff import dehydrate, skeleton
from nanocart.corpora.validation import across, problems
from nanocart.schema import Document

TEXT = (
    "[[LNPs|NANOPARTICLE n =lnp]] carried [[CAR mRNA|CARGO c =rna]] and cut "
    "[[fibrosis|OUTCOME o =fibrosis response decreased affirmed]] by [[40%|VALUE v]]."
)
TAIL = (
    "CARRIES n c",
    "RESULTS_IN n o",
    "VALUE_OF v o",
    "FINDING outcome=o nanoparticle=n direction=decreased value=v",
    "STUDY in_scope=yes",
)


def document(text: str = TEXT, tail: tuple[str, ...] = TAIL, id: str = "1") -> Document:
    return read("\n".join([f"id: {id}", "---", text, "---", *tail]))


def messages(one: Document, *, hints: bool = False) -> list[str]:
    return [remark.message for remark in problems(one) if remark.hint == hints]


def test_a_right_document_has_no_problem() -> None:
    assert problems(document()) == []
    assert problems(skeleton(dehydrate(document()))) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[[LNPs|", "[[The LNPs|"), "begins with an article: 'The LNPs'"),
        (("[[LNPs|", "[[LNPs,|"), "begins or ends with punctuation: 'LNPs,'"),
        ((" =lnp]]", "]]"), "NANOPARTICLE without a cluster"),
        (("=rna", "=lnp"), "one cluster of several types: CARGO, NANOPARTICLE"),
        ((" response", ""), "OUTCOME without category, direction or assertion"),
        (("[[40%|VALUE v]]", "[[40%|VALUE v]] [[at day 7|QUALIFIER q]]"), "QUALIFIER without a kind"),
    ],
)
def test_what_is_wrong_with_a_mention(change: tuple[str, str], message: str) -> None:
    assert message in messages(document(TEXT.replace(*change)))


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        ("VALUE_OF v o", "VALUE that belongs to no outcome"),
        ("RESULTS_IN n o", "no RESULTS_IN joins its agent n to its outcome o"),
        (TAIL[3], "RESULTS_IN from n to o has no finding"),
        ("STUDY in_scope=yes", "the study card does not say whether the document is in scope"),
    ],
)
def test_what_is_missing(lost: str, message: str) -> None:
    assert message in messages(document(tail=tuple(one for one in TAIL if one != lost)))


def test_what_is_too_much() -> None:
    assert "CARRIES from n to c stands twice" in messages(document(tail=(*TAIL, "CARRIES n c")))
    orphan = document(tail=(*TAIL, "FINDING outcome=o cargo=c"))
    assert "a finding without an agent" in messages(orphan)
    outside = document(tail=(*TAIL[:-1], "STUDY in_scope=no"))
    assert "out of scope, yet annotated" in messages(outside)


def test_words_marked_in_one_place_only_are_a_hint() -> None:
    one = document(TEXT + " We gave LNPs again; LNPsome is another word.")
    at = one.text.rindex("LNPs again")
    assert messages(one) == []
    assert messages(one, hints=True) == [f"'LNPs' is NANOPARTICLE here and unmarked at {at}"]


def test_a_remark_names_document_mention_and_place() -> None:
    [remark] = problems(document(TEXT.replace(" =lnp]]", "]]"), id="99"))
    assert str(remark) == "99: n at 0: NANOPARTICLE without a cluster"


def test_documents_in_two_splits() -> None:
    text = "Lipid nanoparticles that carry messenger RNA reprogram the T cells of mice within a few days of injection."
    one, twin = Document.of("1", text, ""), Document.of("2", text.replace("mice", "rats"), "")
    assert [remark.message for remark in across([("dev", one), ("test", one)])] == [
        "lies in dev and again in test",
        "in dev is nearly the text of 1 in test (100% shared)",
    ]
    assert "nearly the text of 2" in across([("dev", one), ("test", twin)])[0].message
    assert across([("dev", one), ("dev", twin)]) == []
    assert across([("dev", one), ("test", Document.of("3", "Nothing of the kind at all is said here.", ""))]) == []


@pytest.mark.parametrize("marked", ["[[LNPs|NANOPARTICLE n =lnp]", "[[LNPs NANOPARTICLE n =lnp]]", "[LNPs|CARGO n]]"])
def test_mark_up_that_was_not_understood_is_an_error(marked: str) -> None:
    one = document(f"{TEXT} We gave {marked} again.")
    at = one.text.index("[")
    [remark] = [remark for remark in problems(one) if not remark.hint]
    assert remark.message.startswith("broken mark-up is left in the text")
    assert at <= int(remark.where.removeprefix("character ")) <= at + 5


def test_names_of_chemicals_are_no_mark_up() -> None:
    one = document(TEXT + r" It held \[[4-[2-(amino)ethyl]phenyl]methyl]urea.")
    assert "[[4-" in one.text
    assert problems(one) == []


def test_double_brackets_without_a_label_are_a_hint() -> None:
    one = document(TEXT + " We gave [[particles]] again.")
    assert messages(one) == []
    assert messages(one, hints=True) == ["'[[particles]]' may be mark-up without a label"]

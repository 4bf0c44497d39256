"""What a document's findings and relations teach of its pairs, and what they leave open."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")

from nanocart.models.about import OWN
from nanocart.models.encoding import Cutter
from nanocart.models.labels import Tags
from nanocart.models.learning.examples import NONE, Example, Maker
from nanocart.models.pairs import pairs, questions
from nanocart.rules.view import View
from nanocart.schema import LABELS, Attributes, Document, Finding, Mention, StudyFacts
from tests.models.small import small_tokenizer

TEXT = "LNPs shrank tumors. Tumors shrank. Tumors did not grow. Mice were well."


def example_of(document: Document, *, related: bool = True) -> Example:
    view = View(document.text)
    maker = Maker(Cutter(small_tokenizer()), lambda text: view, {OWN: Tags(LABELS)}, 512)
    (example,) = maker.own([document], related=related)
    return example


@pytest.mark.parametrize(("said", "learnt"), [(True, 1), (False, 0), (None, NONE)])
def test_what_a_document_says_of_its_scope_is_learnt(said: bool | None, learnt: int) -> None:
    example = example_of(Document("1", "", TEXT, study=StudyFacts(in_scope=said)))
    assert example.scope == learnt
    assert example.title == 4  # LNPs shrank tumors .


def test_a_source_of_mentions_teaches_no_relations() -> None:
    mentions = (Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"), outcome("e2", "tumors", 12, "tumor", "decreased"))
    document = Document("1", "", TEXT, entities=mentions)
    example = example_of(document, related=False)
    assert example.answers is None
    assert example.attributes.tolist() == example_of(document).attributes.tolist()
    assert len(example.spans) == 2


def outcome(id_: str, text: str, start: int, cluster: str, direction: str) -> Mention:
    return Mention(
        id_, start, start + len(text), "OUTCOME", text, cluster=cluster,
        attributes=Attributes(category="response", direction=direction, assertion="affirmed"),
    )  # fmt: skip


def test_of_two_mentions_that_say_the_same_the_row_names_one_and_the_other_is_left_open() -> None:
    mentions = (
        Mention("e1", 0, 4, "NANOPARTICLE", "LNPs", cluster="n"),
        outcome("e2", "tumors", 12, "tumor", "decreased"),
        outcome("e3", "Tumors", 20, "tumor", "decreased"),
        outcome("e4", "Tumors", 35, "tumor", "unchanged"),
        outcome("e5", "Mice", 56, "mice", "high"),
    )
    row = Finding("f1", "e2", nanoparticle=("e1",), direction="decreased")
    document = Document("1", "", TEXT, entities=mentions, findings=(row,))
    assert all(TEXT[one.start : one.end] == one.text for one in mentions)
    example = example_of(document)
    assert example.answers is not None
    asked = questions(pairs(View(TEXT), mentions), mentions)
    answers = dict(zip(asked.keys, example.answers.right.tolist(), strict=True))
    assert {tail: answers["RESULTS_IN", "n", tail] for tail in ("e2", "e3", "e4", "e5")} == {
        "e2": 1, "e3": NONE, "e4": 0, "e5": 0,
    }  # fmt: skip
    # Nothing is said to be compared: that is a no, whatever the row's agent is.
    assert answers["COMPARED_WITH", "n", "e3"] == 0

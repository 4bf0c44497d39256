"""Inline mark-up: what is written is read again; a changed text is refused; a mistake names its line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from nanocart.corpora import markup
from nanocart.corpora.formats import read_documents
from nanocart.errors import RecordError
from nanocart.schema import Attributes, Document, Finding, Mention, Relation, StudyFacts
from tests.strategies import documents

FILE = """id: 12345
year: 2024
---
A title.
[[LNPs|NANOPARTICLE n1 =lnp]] with [[CAR mRNA|CARGO c1]] reduced [[fibrosis|OUTCOME o1 other decreased affirmed]] by [[40%|VALUE v1]] [[at day 7|QUALIFIER q1 time]].
The [[LNPs|NANOPARTICLE n2 =lnp]] worked \\[[1].
---
CARRIES n1 c1
RESULTS_IN n1 o1 speculated
# a comment

VALUE_OF v1 o1
FINDING outcome=o1 nanoparticle=n1,n2 cargo=c1 direction=decreased value=v1 qualifier=q1
FINDING outcome=o1 nanoparticle=n2 assertion=negated compared_with=n1 evidence=n2
STUDY kind=primary setting=animal,in vitro phase=1/2 n=12 in_scope=yes car_made=in vivo
"""  # noqa: E501


def test_every_part_of_a_file() -> None:
    document = markup.read(FILE)
    text = "A title.\nLNPs with CAR mRNA reduced fibrosis by 40% at day 7.\nThe LNPs worked [[1]."
    assert (document.id, document.title, document.text) == ("12345", "A title.", text)
    assert document.metadata == {"year": "2024"}
    assert document.entities == (
        Mention("n1", 9, 13, "NANOPARTICLE", "LNPs", cluster="lnp"),
        Mention("c1", 19, 27, "CARGO", "CAR mRNA"),
        Mention("o1", 36, 44, "OUTCOME", "fibrosis", attributes=Attributes("other", "decreased", "affirmed")),
        Mention("v1", 48, 51, "VALUE", "40%"),
        Mention("q1", 52, 60, "QUALIFIER", "at day 7", attributes=Attributes(kind="time")),
        Mention("n2", 66, 70, "NANOPARTICLE", "LNPs", cluster="lnp"),
    )
    assert document.relations == (
        Relation("r1", "CARRIES", "n1", "c1"),
        Relation("r2", "RESULTS_IN", "n1", "o1", "speculated"),
        Relation("r3", "VALUE_OF", "v1", "o1"),
    )
    assert document.findings == (
        Finding(
            "f1", "o1", ("n1", "n2"), ("c1",), direction="decreased", value="v1", qualifier=("q1",), evidence=(9, 61)
        ),
        Finding("f2", "o1", ("n2",), assertion="negated", compared_with="n1", evidence=(62, len(text))),
    )
    assert document.study == StudyFacts(
        "primary", ("animal", "in vitro"), "1/2", n=12, car_made=("in vivo",), in_scope=True
    )


def readable(document: Document) -> bool:
    """Whether mark-up can hold the document: no span with an edge of white space, "|", a bracket or a line end."""
    return (
        all(
            one.text == one.text.strip()
            and not set(one.text) & set("|[]\\\n")
            and f"{document.text[one.end : one.end + 1]}" != "]"
            for one in document.entities
        )
        and "\n---" not in f"\n{document.text}"
    )


def expected(document: Document) -> Document:
    """What mark-up keeps: labels, clusters, closed attributes, relations, and the study card."""
    entities = tuple(
        Mention(
            one.id,
            one.start,
            one.end,
            one.label,
            one.text,
            cluster=one.cluster,
            attributes=replace(one.attributes, extra={}),
        )
        for one in document.entities
    )
    relations = tuple(
        Relation(f"r{n}", one.label, one.head, one.tail, one.assertion) for n, one in enumerate(document.relations, 1)
    )
    return replace(document, entities=entities, relations=relations)


@given(documents())
def test_round_trip(document: Document) -> None:
    if not readable(document):
        document = document.without_annotations()
    if not readable(document):
        return
    wanted, again = expected(document), markup.read(markup.write(document), text=document.text)
    assert again.text == document.text
    assert again.entities == wanted.entities
    assert again.relations == wanted.relations
    assert [one.mention_ids() for one in again.findings] == [one.mention_ids() for one in document.findings]
    assert [(one.direction, one.assertion) for one in again.findings] == [
        (one.direction, one.assertion) for one in document.findings
    ]
    study = replace(document.study, retracted=False, extra={})
    assert again.study == replace(study, n=study.n or None)


@pytest.mark.parametrize("text", ["[[a]]", "a [[ b", "\\[[x|y]]", "\\\\", "a]] [b] [[c|CARGO]]", "[", "[[[[", "x|y]]"])
def test_brackets_of_the_text_itself(text: str) -> None:
    document = Document("1", text, text)
    assert markup.read(markup.write(document)).text == text


def test_brackets_around_a_mention() -> None:
    document = Document("1", "", "[LNPs] [", entities=(Mention("n1", 1, 5, "NANOPARTICLE", "LNPs"),))
    assert markup.read(markup.write(document)).entities == document.entities


def test_a_changed_text_is_refused() -> None:
    text = markup.read(FILE).text
    assert markup.read(FILE, text=text).text == text
    with pytest.raises(RecordError, match=r"record 12345: the text was changed at character 28: 'lowered") as caught:
        markup.read(FILE.replace("reduced", "lowered"), text=text)
    assert "restore the text" in str(caught.value)
    with pytest.raises(RecordError, match="changed at character"):
        markup.read(FILE, text=text + " More.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("CARGO c1", "GENE c1", "line 5, record 12345: unknown label 'GENE'"),
        ("[[CAR mRNA|", "[[ CAR mRNA|", "line 5, record 12345: the span ' CAR mRNA' begins or ends with white space"),
        ("CARRIES n1 c1", "CURES n1 c1", "line 8, record 12345: 'CURES n1 c1': 'CURES' is neither a relation"),
        ("CARRIES n1 c1", "CARRIES n1", "line 8, record 12345: 'CARRIES n1'"),
        ("CARRIES n1 c1", "CARRIES n1 x9", "relation r1 names a missing mention 'x9'"),
        ("CARRIES n1 c1", "CARRIES c1 n1", "CARRIES cannot join CARGO to NANOPARTICLE"),
        ("RESULTS_IN n1 o1 speculated", "RESULTS_IN n1 o1 maybe", "unknown assertion 'maybe'"),
        ("FINDING outcome=o1", "FINDING outcome=o9", "line 13, record 12345"),
        ("FINDING outcome=o1", "FINDING", "line 13, record 12345"),
        ("value=v1", "colour=red", "line 13, record 12345"),
        ("n=12", "n=many", "line 15, record 12345"),
        ("kind=primary", "kind=trial", "unknown kind of study 'trial'"),
        ("c1]] reduced", "n1]] reduced", "two mentions share an id"),
    ],
)
def test_a_mistake_names_its_line(old: str, new: str, said: str) -> None:
    assert old in FILE
    with pytest.raises(RecordError) as caught:
        markup.read(FILE.replace(old, new, 1), source="a.txt")
    assert str(caught.value).startswith("a.txt")
    assert said in str(caught.value)


def test_a_file_without_its_rules() -> None:
    with pytest.raises(RecordError, match=r"a\.txt: no header and text between two lines of ---"):
        markup.read("id: 1\nA text.", source="a.txt")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("in_scope=yes", "in_scope=maybe"), "in_scope is yes or no, not 'maybe'"),
        (("FINDING outcome=o1 nano", "FINDING nano"), "a finding needs outcome=ID"),
        (("|NANOPARTICLE n1 =lnp]]", "|]]"), "unknown label ''"),
    ],
)
def test_what_is_missing_is_said(change: tuple[str, str], message: str) -> None:
    with pytest.raises(RecordError, match=re.escape(message)):
        markup.read(FILE.replace(*change, 1))


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_bytes(FILE.replace("\n", "\r\n").encode())
    [read] = read_documents([tmp_path])
    assert isinstance(read, Document)
    assert len(read.entities) == len(markup.read(FILE).entities)


def test_the_example_of_the_guidelines_is_right() -> None:
    from nanocart.corpora.validation import problems

    guidelines = Path(markup.__file__).with_name("GUIDELINES.md").read_text("utf-8")
    [example] = re.findall(r"```text\n(id: .*?)```", guidelines, re.DOTALL)
    assert problems(markup.read(example)) == []

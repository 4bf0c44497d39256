"""brat's pairs of text and annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from nanocart.corpora import brat
from nanocart.corpora.foreign import foreign_of
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Attributes, Document, Mention, Relation
from tests.corpora.conftest import Members
from tests.strategies import documents, foreign_documents

TEXT = "LNPs cut CRS.\nNo γ fever."
OURS = """T1	NANOPARTICLE 0 4	LNPs
N1	Reference T1 NC:NP:lnp	LNPs
T2	OUTCOME 9 12	CRS
A1	category T2 toxicity
A2	direction T2 decreased
#1	nanocart T2	{"cluster": "c1", "id": "crs"}
R1	RESULTS_IN Arg1:T1 Arg2:T2
A3	assertion R1 speculated
"""


def read(ann: str, text: str = TEXT, **options: Any) -> Document:
    found = brat.read_pair(text, ann, "7", "7.ann", **options)
    assert isinstance(found, Document), found
    return found


def again(document: Document) -> Document:
    text, ann = brat.write_pair(document)
    found = brat.read_pair(text, ann, document.id, "x")
    assert isinstance(found, Document), found
    return found


def test_our_own_annotations() -> None:
    document = read(OURS)
    assert document == Document(
        "7",
        "LNPs cut CRS.",
        TEXT,
        {},
        (
            Mention("T1", 0, 4, "NANOPARTICLE", "LNPs", "NC:NP:lnp"),
            Mention("crs", 9, 12, "OUTCOME", "CRS", None, "c1", Attributes("toxicity", "decreased")),
        ),
        (Relation("R1", "RESULTS_IN", "T1", "crs", "speculated"),),
    )
    assert again(document) == document


def test_notes_and_windows_line_ends() -> None:
    document = read("\ufeffT1\tCARGO 17 18\tγ\r\n#1\tAnnotatorNotes T1\twhy?\r\n\r\n")
    assert document.entities[0].extra == {"notes": ["why?"]}


FOREIGN = """T1	Drug 0 4	LNPs
T2	Event 5 8	cut
T3	Disease 9 12;19 24	CRS fever
T4	Disease 9 13	CRS
E1	Lower:T2 Agent:T1 Theme:T3
E2	Cause:T2 Theme:E1
*	Equiv T1 T2 T3
A1	Negated E1
A2	Certainty T1 low
N1	Reference T1 MESH:D1	x
N2	Reference T1 MESH:D2	y
R1	Treats Arg1:T1 Arg2:T4
"""


def test_foreign_annotations() -> None:
    document = read(FOREIGN)
    assert document.entities == ()
    assert foreign_of(document) == {
        "entities": [
            {
                "id": "T1",
                "start": 0,
                "end": 4,
                "label": "Drug",
                "text": "LNPs",
                "concept": "MESH:D1",
                "attributes": {"Certainty": "low", "references": ["MESH:D2"]},
            },
            {"id": "T2", "start": 5, "end": 8, "label": "Event", "text": "cut"},
            {"id": "T3", "start": 9, "end": 24, "label": "Disease", "text": "CRS fever", "spans": [[9, 12], [19, 24]]},
        ],
        "relations": [
            {
                "id": "E1",
                "label": "Lower",
                "by": "mention",
                "arguments": [["trigger", "T2"], ["Agent", "T1"], ["Theme", "T3"]],
                "attributes": {"Negated": True},
            },
            {"id": "E2", "label": "Cause", "by": "mention", "arguments": [["trigger", "T2"], ["Theme", "E1"]]},
            {"id": "*7", "label": "Equiv", "by": "mention", "arguments": [["", "T1"], ["", "T2"], ["", "T3"]]},
        ],
        "notes": [
            "line 4: 'CRS' is not at 9-13, where the text has 'CRS.'",
            "line 12: Treats names 'T4', which was left out",
        ],
    }
    after = foreign_of(again(document))
    before = foreign_of(document)
    assert after["entities"] == before["entities"]
    assert [(one["label"], one["arguments"]) for one in after["relations"]] == [
        (one["label"], one["arguments"]) for one in before["relations"]
    ]


def test_labels_map_to_ours() -> None:
    document = read(FOREIGN, labels={"Drug": "NANOPARTICLE", "Disease": "DISEASE"})
    [ours] = document.entities
    assert (ours.label, ours.concept) == ("NANOPARTICLE", "MESH:D1")
    assert ours.extra["foreign"] == {"label": "Drug", "attributes": {"Certainty": "low", "references": ["MESH:D2"]}}


@pytest.mark.parametrize(
    ("ann", "said"),
    [
        ("T1\tCARGO 0 4\tLNP\n", "7.ann, line 1, record 7: 'LNP' is not at 0-4"),
        ("T1\tCARGO 0 99\tLNPs\n", "outside the text: 0-99"),
        ("T1\tCARGO 0 1;2 3\tL P\n", "in 2 pieces"),
        ("T1\tCARGO 0 4\tLNPs\nT1\tCARGO 5 8\tcut\n", "line 2, record 7: two annotations share the id 'T1'"),
        ("T1\tCARGO 0 4\tLNPs\nT2\tCARGO 0 2\tLN\n", "overlaps"),
        ("T1\tCARGO\tLNPs\n", "line 1, record 7: a line without the shape of its kind (T1, tab, type start end"),
        ("T1 CARGO 0 4 LNPs\n", "without the shape"),
        ("R1\tTREATS T1 T2\n", "without the shape"),
        ("R1\tTREATS Arg1:T1 Arg2:T2\n", "missing mention 'T1'"),
        ("A1\n", "without the shape"),
        ("N1\tReference\n", "without the shape"),
        ("#1\tnanocart T1\t{\n", "no JSON"),
        ("hello\n", "no line of brat begins with 'h'"),
        ("T1\tOUTCOME 0 4\tLNPs\nA1\tcategory T1 odd\n", "unknown category 'odd'"),
    ],
)
def test_bad_annotations(ann: str, said: str) -> None:
    found = brat.read_pair(TEXT, ann, "7", "7.ann")
    assert isinstance(found, RecordError)
    assert said in str(found)


def test_an_empty_text() -> None:
    found = brat.read_pair(" \n", "", "7", "7.ann")
    assert isinstance(found, RecordError)
    assert "the text is empty" in str(found)


def test_members_in_any_order() -> None:
    members = [
        ("README.md", b"#"),
        ("a/7.ann", OURS.encode()),
        ("a/8.txt", b"Alone."),
        ("a/7.txt", TEXT.encode()),
        ("a/9.ann", b""),
        ("a/10.txt", b"\xff"),
        ("a/10.ann", b""),
        ("a/._7.ann", b"\x00"),
    ]
    first, second, *errors = sorted(brat.read_members(members, "x.tar"), key=lambda one: isinstance(one, RecordError))
    assert first == read(OURS)
    assert second == Document("8", "", "Alone.")
    assert [str(one).split(" (")[0] for one in errors] == [
        "x.tar, a/10.txt, byte 1, record 10: not UTF-8",
        "x.tar, a/9.ann: no text of this name",
    ]


def test_a_source_without_pairs() -> None:
    with pytest.raises(SourceError, match="it holds no"):
        list(brat.read_members([("README.md", b"#")], "x.tar"))


def test_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    given = [
        Document("10.1/a b?c%", "T.", "T.\nLNPs.", entities=(Mention("T1", 3, 7, "CARGO", "LNPs"),)),
        Document("7", "", "\r\nA."),
        Document("7", "", "B."),
    ]
    brat.write_folder(given, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "10.1%2Fa b%3Fc%25.ann",
        "10.1%2Fa b%3Fc%25.txt",
        "7.ann",
        "7.txt",
        "7~2.ann",
        "7~2.txt",
    ]
    found = [one for one in brat.read_folder(folder) if isinstance(one, Document)]
    assert [(one.id, one.text) for one in found] == [("10.1/a b?c%", "T.\nLNPs."), ("7", "\r\nA."), ("7~2", "B.")]
    assert found[0] == given[0]


@given(documents())
def test_mentions_and_relations_come_back(document: Document) -> None:
    found = again(document)
    assert (found.id, found.text) == (document.id, document.text)
    assert found.entities == document.entities
    assert found.relations == document.relations


@given(foreign_documents())
def test_foreign_annotations_come_back(document: Document) -> None:
    assert foreign_of(again(document)) == foreign_of(document)


@pytest.mark.data
def test_pico_corpus(members: Members) -> None:
    found = list(brat.read_members(members("pico_breast_cancer_rct_brat.tar.xz"), "pico"))
    read_ = [one for one in found if isinstance(one, Document)]
    assert len(read_) == len(found) == 1011
    # One of its 17,739 mentions disagrees with its text.
    assert sum(len(foreign_of(one)["entities"]) for one in read_) == 17_738
    assert sum(len(foreign_of(one)["notes"]) for one in read_) == 1

"""PubTator, ours and that of other corpora."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora import pubtator
from nanocart.corpora.foreign import foreign_of
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document, Mention, Relation
from tests.corpora.conftest import Members
from tests.strategies import documents, foreign_documents

OURS = """7|t|LNPs carry mRNA.
7|a|They reach T cells.
7\t0\t4\tLNPs\tNANOPARTICLE\tNC:NP:lnp
7\t11\t15\tmRNA\tCARGO
7\t28\t35\tT cells\tCELL_TYPE
7\tCARRIES\tNC:NP:lnp\t11-15\tnegated\t0-4\t11-15

"""


def read(text: str | bytes, **options: Any) -> list[Document | RecordError]:
    raw = text.encode() if isinstance(text, str) else text
    return list(pubtator.read(io.BytesIO(raw), "x", **options))


def one(text: str | bytes, **options: Any) -> Document:
    [document] = read(text, **options)
    assert isinstance(document, Document), document
    return document


def the_error(text: str) -> RecordError:
    [error] = read(text)
    assert isinstance(error, RecordError)
    assert error.source == "x"
    return error


def written(*given: Document) -> str:
    out = io.BytesIO()
    pubtator.write(given, out)
    return out.getvalue().decode()


def test_our_own_records() -> None:
    document = one(OURS)
    assert document == Document(
        "7",
        "LNPs carry mRNA.",
        "LNPs carry mRNA.\nThey reach T cells.",
        {"pmid": "7"},
        (
            Mention("e1", 0, 4, "NANOPARTICLE", "LNPs", "NC:NP:lnp"),
            Mention("e2", 11, 15, "CARGO", "mRNA"),
            Mention("e3", 28, 35, "CELL_TYPE", "T cells"),
        ),
        (Relation("r1", "CARRIES", "e1", "e2", "negated"),),
    )
    assert written(document) == OURS


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends(end: str) -> None:
    assert one(OURS.replace("\n", end)) == one(OURS)


def test_relation_between_concepts_takes_the_nearest_mentions() -> None:
    particles = "7\t0\t3\tLNP\tNANOPARTICLE\tN\n7\t6\t9\tLNP\tNANOPARTICLE\tN\n"
    text = f"7|t|LNP x LNP mRNA\n7|a|\n{particles}7\t10\t14\tmRNA\tCARGO\tC\n7\tCARRIES\tN\tC\n"
    [relation] = one(text).relations
    assert (relation.head, relation.tail) == ("e2", "e3")


FOREIGN = """9|t|Naloxone and Ge-1.
9|a|In rats.
9\t0\t8\tNaloxone\tChemical\tD009270
9\t0\t8\tNaloxone\tDrug\t-1
9\t13\t17\tGe-2\tGene\t12
9\t22\t26\trats\tSpecies\t10116|10117\trats|rats
9\tCID\tD009270\t10116\tNovel

"""


def test_foreign_annotations() -> None:
    document = one(FOREIGN)
    assert document.entities == ()
    assert foreign_of(document) == {
        "entities": [
            {"id": "e1", "start": 0, "end": 8, "label": "Chemical", "text": "Naloxone", "concept": "D009270"},
            {"id": "e2", "start": 0, "end": 8, "label": "Drug", "text": "Naloxone"},
            {
                "id": "e4",
                "start": 22,
                "end": 26,
                "label": "Species",
                "text": "rats",
                "concept": "10116|10117",
                "attributes": {"parts": "rats|rats"},
            },
        ],
        "relations": [
            {
                "id": "r1",
                "label": "CID",
                "by": "concept",
                "arguments": [["head", "D009270"], ["tail", "10116"]],
                "attributes": {"columns": ["Novel"]},
            }
        ],
        "notes": ["line 5: 'Ge-2' is not at 13-17, where the text has 'Ge-1'"],
    }
    assert written(document) == FOREIGN.replace("9\t13\t17\tGe-2\tGene\t12\n", "").replace("\tDrug\t-1", "\tDrug")


def test_labels_map_to_ours() -> None:
    document = one(FOREIGN, labels={"Chemical": "CARGO", "Drug": "CARGO"})
    [ours] = document.entities
    assert (ours.id, ours.label, ours.text, ours.concept) == ("e1", "CARGO", "Naloxone", "D009270")
    assert ours.extra == {"foreign": {"label": "Chemical"}}
    # The second lies on top of the first and stays what it was.
    assert [item["label"] for item in foreign_of(document)["entities"]] == ["Species", "Drug"]


def test_an_empty_mapping_makes_everything_foreign() -> None:
    document = one(OURS, labels={})
    assert document.entities == ()
    assert len(foreign_of(document)["entities"]) == 3


def test_a_mapping_to_a_label_that_is_not_ours() -> None:
    with pytest.raises(UsageError, match="'Gene' is mapped to 'GENE'"):
        read(OURS, labels={"Gene": "GENE"})


def test_offsets_without_a_title() -> None:
    counted, uncounted = "7|t|\n7|a|LNPs.\n7\t1\t5\tLNPs\tCARGO\n", "7|t|\n7|a|LNPs.\n7\t0\t4\tLNPs\tCARGO\n"
    assert one(counted) == one(uncounted) == one("7|a|LNPs.\n7\t0\t4\tLNPs\tCARGO\n")
    assert one(counted).text == "LNPs."


def test_records_without_a_blank_line_between() -> None:
    assert [found.id for found in read("7|t|A\n7|a|B\n8|t|C\n8|a|D") if isinstance(found, Document)] == ["7", "8"]


def test_text_that_looks_like_a_separator() -> None:
    assert one("7|t|a|t|b\n7|a|c|a|d\te\n").text == "a|t|b\nc|a|d\te"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("7|t|LNPs\n7|a|\n7\t0\t4\tLNP\tCARGO\n", "line 3, record 7: 'LNP' is not at 0-4"),
        ("7|t|LNPs\n7|a|\n7\t0\t40\tLNPs\tCARGO\n", "line 3, record 7: e1 lies outside the text: 0-40 of 4 characters"),
        ("7|t|LNPs\n7|a|\n7\t4\t4\t\tCARGO\n", "outside the text"),
        ("7|t|LNPs\n7|a|\n7\t0\t4\tLNPs\tCARGO\n7\t0\t2\tLN\tCARGO\n", "overlaps"),
        ("7|t|LNPs\n7|a|\n7\t0\t4\tLNPs\n", "4 columns where a mention has 5 or 6"),
        ("7|t|LNPs\n7|a|\n7\tCID\tD1\n", "3 columns where a relation has 4"),
        ("7|t|LNPs\n7|a|\n7\tCARRIES\ta\tb\taffirmed\t0-1\t1-2\n", "where there is no mention"),
        ("7|t|LNPs\n7|a|\n8\t0\t4\tLNPs\tCARGO\n", "a line of '8' among those of '7'"),
        ("7|t|LNPs\n7|t|LNPs\n7|t|LNPs\n".replace("7|t|", "7|a|"), "two lines |a|"),
        ("7|t|\n7|a|\n", "no title and no abstract"),
        ("nonsense\n", "no title and no abstract"),
    ],
)
def test_bad_records(text: str, said: str) -> None:
    assert said in str(the_error(text))


def test_a_broken_record_does_not_stop_the_others() -> None:
    first, second, third = read(OURS.encode() + b"8|t|\xff\n8|a|\n\n" + OURS.encode())
    assert isinstance(second, RecordError)
    assert (second.reason, second.where) == ("not UTF-8", "line 8, byte 5")
    assert first == third


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_source(text: str) -> None:
    with pytest.raises(SourceError, match="empty"):
        read(text)


def test_what_an_id_may_not_hold() -> None:
    assert written(Document.of("a|b\tc", "T.", "")) == "a%7Cb%09c|t|T.\na%7Cb%09c|a|\n\n"


@given(st.lists(documents(), min_size=1, max_size=2))
def test_mentions_and_relations_come_back(given: list[Document]) -> None:
    found = read(written(*given))
    assert len(found) == len(given)
    for before, after in zip(given, found, strict=True):
        assert isinstance(after, Document), after
        assert (after.id, after.title) == (before.id, before.title)
        assert after.text == before.title + before.text[len(before.title) :].replace("\n", " ").replace(
            " ", "\n", 1 if before.title and before.text != before.title else 0
        )
        assert [(m.start, m.end, m.label, m.concept) for m in after.entities] == [
            (m.start, m.end, m.label, m.concept) for m in before.entities
        ]
        assert [(r.label, r.head, r.tail, r.assertion) for r in after.relations] == [
            (r.label, r.head, r.tail, r.assertion) for r in before.relations
        ]


@given(foreign_documents())
def test_foreign_mentions_come_back_in_pieces(given: Document) -> None:
    found = one(written(given))
    pieces = Counter(
        (start, end, item["label"], item.get("concept"))
        for item in foreign_of(given)["entities"]
        for start, end in item.get("spans") or [[item["start"], item["end"]]]
    )
    assert foreign_of(found)["notes"] == []
    assert pieces == Counter(
        (item["start"], item["end"], item["label"], item.get("concept")) for item in foreign_of(found)["entities"]
    )


@pytest.mark.data
@pytest.mark.parametrize(
    ("archive", "ending", "read_", "notes"),
    [
        ("aioner_pubtator.tar.xz", "PubTator", 8315, 51),
        ("bc5cdr_relations.tar.xz", "PubTator.txt", 1500, 0),
        ("biored_relations.tar.xz", "PubTator", 200, 0),
    ],
)
def test_archives(members: Members, archive: str, ending: str, read_: int, notes: int) -> None:
    found = [
        one for name, data in members(archive) if name.endswith(ending) for one in pubtator.read(io.BytesIO(data), name)
    ]
    assert [one for one in found if isinstance(one, RecordError)] == []
    assert len(found) == read_
    assert sum(len(foreign_of(one)["notes"]) for one in found if isinstance(one, Document)) == notes

"""Stand-off: no word of the text is kept, and annotations come back where they were, also on a text laid out anew."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora.markup import read
from nanocart.corpora.standoff import Loose, dehydrate, hydrate, realign, sha256, skeleton
from nanocart.errors import RecordError
from nanocart.schema import Document, Mention
from tests.strategies import documents

MARKED = """id: 7
year: 2024
pmid: 7
---
Particles that carry CAR mRNA.
[[Lipid nanoparticles|NANOPARTICLE lnp =particle]] carried [[CAR mRNA|CARGO rna =rna]] into [[T cells|CELL_TYPE t =t]].
[[Tumor growth|OUTCOME o =growth response decreased affirmed]] fell by [[40%|VALUE v]] [[at day 7|QUALIFIER q time]].
---
CARRIES lnp rna
DELIVERED_TO lnp t
RESULTS_IN t o
VALUE_OF v o
QUALIFIES q o
FINDING outcome=o cell_type=t nanoparticle=lnp cargo=rna direction=decreased value=v qualifier=q
STUDY kind=primary setting=animal in_scope=yes
"""
DOCUMENT = read(MARKED)


def words(document: Document) -> list[tuple[str, str]]:
    """Labels and surfaces, white space aside."""
    return [(one.label, re.sub(r"\s+", "", one.text)) for one in document.entities]


def test_no_word_of_the_text_is_kept() -> None:
    record = json.dumps(dehydrate(DOCUMENT))
    for word in {"lnp", "growth", *re.findall(r"\w{4,}", DOCUMENT.text)} - {"particles"}:
        assert word not in record.replace("nanoparticle", "")


def test_metadata_keeps_identifiers_and_year_only() -> None:
    document = replace(DOCUMENT, metadata={"pmid": "7", "year": 2024, "journal": "J", "mesh": ["Mice"]})
    assert dehydrate(document)["metadata"] == {"pmid": "7", "year": 2024}


def test_ids_are_numbered_in_reading_order() -> None:
    record = dehydrate(DOCUMENT)
    assert [one["id"] for one in record["entities"]] == ["e1", "e2", "e3", "e4", "e5", "e6"]
    assert (record["relations"][2]["head"], record["relations"][2]["tail"]) == ("e3", "e4")
    assert record["findings"][0]["cell_type"] == ["e3"]
    assert record["findings"][0]["value"] == "e5"


def test_the_same_text_gets_everything_back() -> None:
    back = hydrate(dehydrate(DOCUMENT), DOCUMENT.title, DOCUMENT.text)
    assert words(back) == words(DOCUMENT)
    assert back.study == DOCUMENT.study
    assert back.findings[0].evidence == DOCUMENT.findings[0].evidence
    assert [one.attributes for one in back.entities] == [one.attributes for one in DOCUMENT.entities]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("\n", " "),
        lambda text: text.replace("\nLipid", "\nRESULTS: Lipid"),
        lambda text: text.replace("\nTumor", "\nResults and Discussion:\nTumor"),
        lambda text: text.replace("\nLipid", "\nBACKGROUND AND AIMS\nLipid"),
        lambda text: text + "\n",
    ],
)
def test_white_space_and_section_labels_do_not_matter(change) -> None:  # type: ignore[no-untyped-def]
    text = change(DOCUMENT.text)
    assert text != DOCUMENT.text
    back = hydrate(dehydrate(DOCUMENT), "", text)
    assert words(back) == words(DOCUMENT)
    assert back.text == text
    start, end = back.findings[0].evidence or (0, 0)
    assert start <= back.mention(back.findings[0].outcome).start < end


def test_any_other_text_is_refused_by_its_id() -> None:
    with pytest.raises(RecordError, match=r"record 7.*not the one that was annotated"):
        hydrate(dehydrate(DOCUMENT), "", DOCUMENT.text.replace("carried", "moved"))


def test_realign_moves_what_is_unchanged_around_and_names_the_rest() -> None:
    # An erratum far from the first three mentions; the figure itself was corrected.
    text = "A preface. " + DOCUMENT.text.replace("40%", "45%")
    back, dropped = realign(dehydrate(DOCUMENT), "", text)
    assert words(back) == [("NANOPARTICLE", "Lipidnanoparticles"), ("CARGO", "CARmRNA")]
    assert dropped == ["e3", "e4", "e5", "e6"]  # T cells and the rest stand within 24 characters of the change
    assert [one.label for one in back.relations] == ["CARRIES"]
    assert back.findings == ()


def test_realign_takes_the_nearest_of_equal_places() -> None:
    line = "x" * 30 + " LNPs " + "y" * 30
    text = f"{line}\n{line}"
    second = text.rindex("LNPs")
    document = Document("1", "", text, entities=(Mention("e1", second, second + 4, "NANOPARTICLE", "LNPs"),))
    back, dropped = realign(dehydrate(document), "", text.replace("\n", "\nz") + "!")
    assert (back.entities[0].start, dropped) == (second + 1, [])


def test_a_skeleton_has_offsets_and_links_but_no_text() -> None:
    bare = skeleton(dehydrate(DOCUMENT))
    assert [(one.start, one.end, one.label) for one in bare.entities] == [
        (one.start, one.end, one.label) for one in DOCUMENT.entities
    ]
    assert bare.text.isspace()
    assert len(bare.relations) == 5
    assert bare.findings[0].direction == "decreased"
    assert bare.extra["sha256"] == sha256(DOCUMENT.text)


def test_a_broken_record_is_named() -> None:
    record = dehydrate(DOCUMENT)
    del record["entities"][0]["start"]
    with pytest.raises(RecordError, match=r"record 7.*broken"):
        hydrate(record, DOCUMENT.title, DOCUMENT.text)
    with pytest.raises(RecordError, match="record 7"):
        skeleton({**dehydrate(DOCUMENT), "relations": [{"id": "r1", "label": "CARRIES", "head": "e9", "tail": "e1"}]})


def test_the_loose_form_by_hand() -> None:
    loose = Loose.of("METHODS: A b.\nConclusions:\nNo c.")
    assert loose.text == "Ab.Noc."
    assert loose.original(*(loose.span(9, 10) or (0, 0))) == (9, 10)
    assert loose.span(0, 8) is None
    assert Loose.of("CD19 CAR T cells: a review").text == "CD19CARTcells:areview"


@given(documents())
def test_every_document_comes_back(document: Document) -> None:
    back = hydrate(dehydrate(document), document.title, document.text)
    assert back.text == document.text
    ordered = sorted(document.entities, key=lambda one: one.start)
    assert [(a.start, a.end, a.label, a.text, a.attributes) for a in back.entities] == [
        (a.start, a.end, a.label, a.text, a.attributes) for a in ordered
    ]
    assert [(a.label, a.assertion) for a in back.relations] == [(a.label, a.assertion) for a in document.relations]
    assert [a.evidence for a in back.findings] == [a.evidence for a in document.findings]


@given(st.text("aB :.\n\u00a0é\U0001f9ec"), st.data())
def test_loose_spans_come_back(text: str, data: st.DataObject) -> None:
    loose = Loose.of(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = loose.span(start, end)
    if found:
        a, b = loose.original(*found)
        assert start <= a < b <= end
        assert re.sub(r"\s", "", text[a:b]).endswith(loose.text[found[1] - 1])

"""PubMed's MEDLINE display format, by hand-made records with expectations worked out by hand."""

from __future__ import annotations

import io

import pytest

from nanocart.corpora.nbib import read
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document

FULL = """
PMID- 12345678
OWN - NLM
STAT- MEDLINE
DP  - 2018 Dec-2019 Jan
TI  - Ionizable LNPs make CAR T
      cells in mice: P<0.001.
LID - 10.1/lid [doi]
LID - 77 [pii]
AB  - BACKGROUND: CAR T cells are made ex
      vivo. METHODS AND RESULTS: We gave 10(6) LNPs (n = 5).
      CD19: it was bound. CONCLUSIONS: It works.
LA  - eng
LA  - fre
SI  - ClinicalTrials.gov/NCT01234567
SI  - GENBANK/AF1
PT  - Journal Article
PT  - Review
TT  - Un titre.
DEP - 20180930
JT  - Nature
TA  - Nat
MH  - Mice
MH  - *Receptors, Chimeric Antigen/genetics/*therapeutic use
MH  - Mice/genetics
OT  - *CAR-T
OT  - lipid nanoparticle
CIN - J Irre Res. 2019;1:1. PMID: 111
EIN - J Irre Res. 2019;1:2
AID - S0-1 [pii]
AID - 10.1/aid [doi]
PMC - PMC99
SO  - Nature. 2018 Dec;1(1):1.

PMID- 2
TI  - Second.
"""


def read_all(text):
    return list(read(io.BytesIO(text if isinstance(text, bytes) else text.encode()), "a.nbib"))


def test_a_full_record():
    document, second = read_all(FULL)
    assert isinstance(document, Document)
    assert document.id == "12345678"
    assert document.text == (
        "Ionizable LNPs make CAR T cells in mice: P<0.001.\n"
        "CAR T cells are made ex vivo.\n"
        "We gave 10(6) LNPs (n = 5). CD19: it was bound.\n"
        "It works."
    )
    assert document.metadata == {
        "pmid": "12345678",
        "doi": "10.1/aid",
        "pmc": "PMC99",
        "year": 2018,
        "journal": "Nature",
        "language": "eng; fre",
        "publication_types": ["Journal Article", "Review"],
        "mesh": ["Mice", "Receptors, Chimeric Antigen"],
        "keywords": ["CAR-T", "lipid nanoparticle"],
        "registry": ["NCT01234567"],
        "accessions": [{"bank": "GENBANK", "accession": "AF1"}],
        "vernacular_title": "Un titre.",
        "comments_corrections": [{"type": "CommentIn", "pmid": "111"}, {"type": "ErratumIn"}],
        "status": "MEDLINE",
        "owner": "NLM",
        "sections": [
            {"label": "BACKGROUND", "start": 50, "end": 79},
            {"label": "METHODS AND RESULTS", "start": 80, "end": 127},
            {"label": "CONCLUSIONS", "start": 128, "end": 137},
        ],
    }
    assert (second.id, second.text, second.metadata) == ("2", "Second.", {"pmid": "2"})


@pytest.mark.parametrize(
    "abstract",
    [
        "One finding. RESULTS: only one label, and not in front.",
        "RESULTS: one label is no structure.",
        "LNP: a carrier. CD19: a target.",
    ],
)
def test_an_abstract_without_plain_structure_stays_as_it_is(abstract):
    [document] = read_all(f"PMID- 1\nAB  - {abstract}\n")
    assert document.text == abstract
    assert "sections" not in document.metadata


def test_windows_line_ends_a_byte_order_mark_and_records_without_blank_line():
    text = "\ufeffPMID- 1\r\nTI  - β\r\n      chain.\r\nPMID- 2\r\nTI  - Two.\r\n\r\n\r\nPMID- 3\r\n"
    assert [(x.id, x.text) for x in read_all(text)] == [("1", "β chain."), ("2", "Two."), ("3", "")]


def test_retractions_and_books():
    notice, retracted, book = read_all(
        "PMID- 1\nPT  - Retraction of Publication\nROF - J. 2020. PMID: 2\n\nPMID- 2\nRIN - J. 2021. PMID: 1\n\n"
        "PMID- 3\nBTI - A book.\nAB  - Text.\nDEP - 20170101\n"
    )
    assert notice.metadata["retraction_notice"] is True
    assert notice.metadata["comments_corrections"] == [{"type": "RetractionOf", "pmid": "2"}]
    assert retracted.metadata["retracted"] is True
    assert (book.text, book.metadata["book"], book.metadata["year"]) == ("A book.\nText.", "A book.", 2017)


def test_other_abstracts():
    spanish = "OAB - Resumen.\nOABL- spa\nOAB - Publisher: Abstract available from the publisher.\nOABL- fre\n"
    english = "OAB - Plain words.\nOABL- eng\n"
    [document] = read_all(f"PMID- 1\nTI  - T.\n{spanish}{english}")
    assert document.text == "T.\nPlain words."
    assert document.metadata["other_abstracts"] == [
        {"language": "spa", "type": "", "text": "Resumen."},
        {"language": "eng", "type": "", "text": "Plain words."},
    ]


def test_broken_records_cost_only_themselves():
    bad = b"PMID- 2\nTI  - caf\xe9\n\nTI  - Without PMID.\n\nPMID- 4\nTI  - Fine.\nno field\n\n"
    found = read_all(b"PMID- 1\n\n" + bad + b"PMID- 5\n")
    assert [x.id for x in found if isinstance(x, Document)] == ["1", "5"]
    errors = [(x.source, x.where, x.record, x.reason.split(":")[0]) for x in found if isinstance(x, RecordError)]
    assert errors == [
        ("a.nbib", "line 4", "2", "is not UTF-8"),
        ("a.nbib", "line 6", "", "the record has no PMID"),
        ("a.nbib", "line 10", "4", "neither a field nor a continuation"),
    ]


@pytest.mark.parametrize(("data", "reason"), [(b"", "is empty"), (b"\n \n", "is empty"), (b"\n{}", "not in MEDLINE")])
def test_sources_that_are_none(data, reason):
    with pytest.raises(SourceError, match=reason) as caught:
        read_all(data)
    assert caught.value.hint

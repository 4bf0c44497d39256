"""Fetching abstracts from NCBI: what is asked, what becomes of each answer, what failures say.

Nothing leaves the machine; all titles, abstracts and ids are invented.
"""

from __future__ import annotations

import io
import re
import sys
from email.message import Message
from types import ModuleType
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit

import pytest

from nanocart.corpora.fetch import pubmed, semantic_scholar
from nanocart.errors import RecordError, SourceError, UsageError
from tests.corpora.network import FAILURES, MAIL, A, http_error, shape


def citation(pmid):
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID><Article>'
        "<Journal><JournalIssue><PubDate><Year>2031</Year></PubDate></JournalIssue></Journal>"
        f"<ArticleTitle>LNPs of lot {pmid}.</ArticleTitle><Abstract><AbstractText>They make CAR T cells."
        "</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>"
    )


def articles(*pmids):
    return (
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
        '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
        f"<PubmedArticleSet>{''.join(citation(one) for one in pmids)}</PubmedArticleSet>"
    ).encode()


class Ncbi:
    """In the place of `Bio.Entrez`: gives the prepared answers, then whatever is asked for, and notes what that is."""

    def __init__(self):
        self.answers = []
        self.asked = []

    def efetch(self, **keywords):
        self.asked.append(keywords)
        answer = self.answers.pop(0) if self.answers else articles(*keywords["id"].split(","))
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer) if isinstance(answer, bytes) else answer


@pytest.fixture
def ncbi(monkeypatch):
    entrez, bio = Ncbi(), ModuleType("Bio")
    bio.Entrez = entrez
    monkeypatch.setitem(sys.modules, "Bio", bio)
    return entrez


def test_pubmed_gives_the_documents_of_its_xml(ncbi):
    [document] = pubmed(["12"], email=MAIL)
    assert (document.id, document.text) == ("12", "LNPs of lot 12.\nThey make CAR T cells.")
    assert (document.metadata["pmid"], document.metadata["year"]) == ("12", 2031)


def test_pubmed_is_asked_in_batches_and_once_for_each_id(ncbi):
    assert shape(pubmed(iter(["1", "2", "1", "3"]), email=MAIL, batch=2)) == ["1", "2", "3"]
    assert [one["id"] for one in ncbi.asked] == ["1,2", "3"]


def test_pubmed_is_told_who_asks(ncbi):
    list(pubmed(["1"], email=f" {MAIL}", api_key="k3y\n"))
    assert ncbi.asked == [
        {"db": "pubmed", "id": "1", "retmode": "xml", "tool": "nanocart", "email": MAIL, "api_key": "k3y"}
    ]


@pytest.mark.parametrize("key", [None, "", " "])
def test_an_empty_key_is_no_key(ncbi, key):
    list(pubmed(["1"], email=MAIL, api_key=key))
    assert ncbi.asked[0]["api_key"] is None


def test_a_pmid_that_the_answer_lacks_is_a_record_error(ncbi):
    ncbi.answers = [articles("2")]
    document, error = pubmed(["1", "2"], email=MAIL)
    assert document.id == "2"
    assert str(error) == "NCBI, record 1: not in the answer (look for it on https://pubmed.ncbi.nlm.nih.gov)"


def test_an_empty_set_is_an_answer(ncbi):
    ncbi.answers = [articles()]
    assert shape(pubmed(["99999999"], email=MAIL)) == [("error", "99999999")]


def test_a_broken_record_is_told_once_and_costs_only_itself(ncbi):
    ncbi.answers = [articles("1", "2").replace(b"LNPs of lot 1", b"LNPs <of lot 1")]
    error, document = pubmed(["1", "2"], email=MAIL)
    assert "broken XML" in error.reason
    assert (error.record, document.id) == ("1", "2")


def test_an_answer_that_is_cut_off_is_told(ncbi):
    ncbi.answers = [articles("1", "2")[:-60]]
    found = list(pubmed(["1", "2"], email=MAIL))
    assert found[0].id == "1"
    assert all(isinstance(one, RecordError) and one.source == "NCBI" for one in found[1:])
    assert "2" in [one.record for one in found[1:]]


def test_what_is_no_pmid_is_not_asked_for(ncbi):
    found = list(pubmed(["PMC7", "007", "7"], email=MAIL))
    assert shape(found) == [("error", "PMC7"), ("error", "007"), "7"]
    assert "a PMID is digits, the first no zero" in str(found[0])
    assert [one["id"] for one in ncbi.asked] == ["7"]


@pytest.mark.parametrize("ids", [[], ["PMC7"]])
def test_without_a_pmid_pubmed_is_not_asked(ncbi, ids):
    list(pubmed(ids, email=MAIL))
    assert ncbi.asked == []


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        *FAILURES,
        (lambda: http_error(429), "so many requests.*wait some minutes, or use an API key"),
        (lambda: http_error(429, retry_after="90"), "so many requests.*wait 90 seconds"),
        (lambda: http_error(502), "it fails: HTTP Error 502.*try again in some minutes"),
        (lambda: b"", "its answer is empty.*try again"),
        (
            lambda: b"<eFetchResult><ERROR>No backend</ERROR></eFetchResult>",
            "its answer holds no PubMed XML.*try again",
        ),
        (lambda: io.StringIO("No backend"), "its answer holds no PubMed XML"),
        (lambda: b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "its answer declares XML entities"),
        (lambda: articles("1", "2") + b'<!DOCTYPE a [<!ENTITY b "c">]>', None),
    ],
)
def test_a_failed_batch_of_pubmed_costs_only_itself(ncbi, failure, says):
    ncbi.answers = [failure()]
    *before, failed, document = pubmed(["1", "2", "3"], email=MAIL, batch=2)
    assert isinstance(failed, SourceError)
    assert str(failed).startswith("NCBI, record 1 and 1 more: ")
    assert re.search(says or "declares XML entities", str(failed))
    assert "SECRET" not in str(failed)
    assert shape(before) == ([] if says else ["1", "2"])
    assert document.id == "3"


@pytest.mark.parametrize("email", ["", "  "])
def test_pubmed_needs_an_email(ncbi, email):
    with pytest.raises(UsageError, match=r"NCBI asks for an e-mail address \(give yours"):
        pubmed(["1"], email=email)


def test_pubmed_needs_biopython(monkeypatch):
    monkeypatch.setitem(sys.modules, "Bio", None)
    with pytest.raises(UsageError, match=r"pip install nanocart\[fetch\]"):
        pubmed(["1"], email=MAIL)


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_holds_something(ncbi, size):
    with pytest.raises(UsageError, match="batch must be 1 or more"):
        pubmed(["1"], email=MAIL, batch=size)
    with pytest.raises(UsageError, match="batch must be 1 or more"):
        semantic_scholar([A], batch=size)


@pytest.mark.parametrize("key", ["k3\ny", "k3 y", "k3ÿ"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(ncbi, key):
    for asked in (lambda: pubmed(["1"], email=MAIL, api_key=key), lambda: semantic_scholar([A], api_key=key)):
        with pytest.raises(UsageError, match="copy it again") as refused:
            asked()
        assert "k3" not in str(refused.value)


# PubMed through Biopython itself, whose opener is replaced


class Answer(io.BytesIO):
    """What `urlopen` gives."""

    url = "https://example.org"

    def __init__(self, content, kind="text/xml"):
        super().__init__(content)
        self.headers = Message()
        self.headers["Content-Type"] = kind


@pytest.fixture
def entrez(monkeypatch):
    """Biopython's module, which gives the prepared answers and notes requests and pauses."""
    entrez = pytest.importorskip("Bio.Entrez", reason="biopython is not installed: pip install nanocart[fetch]")
    answers, requests, pauses = [], [], []

    def urlopen(request):
        requests.append(request)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(entrez, "urlopen", urlopen)
    monkeypatch.setattr(entrez.time, "sleep", pauses.append)
    monkeypatch.setattr(entrez._open, "previous", 0)
    return entrez, answers, requests, pauses


def test_biopython_sends_who_asks_and_not_what_its_module_is_set_to(entrez, monkeypatch):
    module, answers, requests, _ = entrez
    for name in ("email", "tool", "api_key"):
        monkeypatch.setattr(module, name, "the caller's own")
    answers.append(Answer(articles("1", "2")))
    assert shape(pubmed(["1", "2"], email=MAIL)) == ["1", "2"]
    address = urlsplit(requests[0].full_url)
    assert (address.hostname, address.path) == ("eutils.ncbi.nlm.nih.gov", "/entrez/eutils/efetch.fcgi")
    assert parse_qs(address.query) == {
        "db": ["pubmed"],
        "id": ["1,2"],
        "retmode": ["xml"],
        "tool": ["nanocart"],
        "email": [MAIL],
    }
    assert (module.email, module.tool, module.api_key) == ("the caller's own",) * 3


@pytest.mark.parametrize(("key", "pause"), [(None, 0.37), ("k3y", 0.1)])
def test_biopython_keeps_to_the_limits(entrez, key, pause):
    _, answers, _, pauses = entrez
    answers += [Answer(articles("1")), Answer(articles("2"))]
    assert shape(pubmed(["1", "2"], email=MAIL, api_key=key, batch=1)) == ["1", "2"]
    assert pauses == [pytest.approx(pause, abs=0.09)]


def test_biopython_tries_again(entrez):
    _, answers, _, pauses = entrez
    answers += [URLError("down"), http_error(502), Answer(articles("1"))]
    assert shape(pubmed(["1"], email=MAIL)) == ["1"]
    assert 15 in pauses


def test_after_the_retries_of_biopython_the_source_fails(entrez):
    _, answers, requests, _ = entrez
    answers += [http_error(502) for _ in range(3)]
    [failed] = pubmed(["1"], email=MAIL)
    assert isinstance(failed, SourceError)
    assert len(requests) == 3


def test_plain_text_from_biopython_is_no_xml(entrez):
    _, answers, _, _ = entrez
    answers.append(Answer(b"No backend", "text/plain"))
    [failed] = pubmed(["1"], email=MAIL)
    assert "holds no PubMed XML" in failed.reason

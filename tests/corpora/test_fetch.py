"""Fetching abstracts: what is asked, what becomes of each answer, what failures say. Nothing leaves the machine.

All titles, abstracts and ids are invented.
"""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime
from http.client import IncompleteRead, RemoteDisconnected
from types import ModuleType
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlsplit

import pytest

from nanocart.corpora import fetch
from nanocart.corpora.fetch import by_source, pubmed, semantic_scholar
from nanocart.corpora.gold import join
from nanocart.corpora.standoff import dehydrate
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document, Mention

MAIL = "reader@example.org"
A, B, C = "a1" * 20, "b2" * 20, "c3" * 20


def shape(found):
    """What comes out, in short: ids of documents, and errors by their record or place."""
    return [
        one.id if isinstance(one, Document) else ("error", one.record if isinstance(one, RecordError) else one.where)
        for one in found
    ]


def http_error(code, body=b"", retry_after=None):
    headers = Message()
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return HTTPError("https://example.org/?api_key=SECRET", code, "Not now", headers, io.BytesIO(body))


class Broken(io.BytesIO):
    """An answer that breaks off."""

    def read(self, *_):
        raise IncompleteRead(b"<?xml")


FAILURES = [
    (lambda: URLError("Name or service not known"), "no answer: .*not known.*check the network"),
    (lambda: TimeoutError("timed out"), "no answer: timed out.*check the network"),
    (lambda: RemoteDisconnected("closed"), "no answer: closed"),
    (Broken, "no answer: IncompleteRead"),
    (
        lambda: http_error(400, b'{"error": "key"}'),
        "refuses the request: HTTP Error 400.*check the API key and the ids",
    ),
    (lambda: http_error(403), "refuses the request: HTTP Error 403.*check the API key and the ids"),
]


@pytest.mark.parametrize(
    ("id_", "place"),
    [("12345678", 0), ("7", 0), (A, 1), ("10.1234/lnp.7", 1), ("doi:10.1234/lnp.7", 1), ("sample-001", 1)],
)
def test_digits_go_to_pubmed_and_the_rest_to_semantic_scholar(id_, place):
    assert by_source([id_])[place] == [id_]


def test_ids_keep_their_order():
    assert by_source(["3", B, "1", A]) == (["3", "1"], [B, A])


# PubMed


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


# Semantic Scholar


def paper(s2id, abstract="They make CAR T cells.", **ids):
    return {
        "paperId": s2id,
        "externalIds": {"CorpusId": 77, **ids},
        "title": "LNPs of a lot.",
        "abstract": abstract,
        "year": 2031,
    }


class Scholar:
    """In the place of `urlopen`: gives the prepared answers, then a paper for each id, and notes what was asked."""

    def __init__(self):
        self.answers = []
        self.requests = []
        self.pauses = []

    @property
    def asked(self):
        return [json.loads(one.data)["ids"] for one in self.requests]

    def urlopen(self, request, timeout):
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else [paper(one) for one in self.asked[-1]]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, io.BytesIO) else io.BytesIO(json.dumps(answer).encode())


@pytest.fixture
def scholar(monkeypatch):
    scholar = Scholar()
    monkeypatch.setattr(fetch, "urlopen", scholar.urlopen)
    monkeypatch.setattr(fetch, "sleep", scholar.pauses.append)
    return scholar


def test_a_paper_is_a_document_with_its_identifiers(scholar):
    scholar.answers = [[paper(A, PubMed="12", DOI="10.1234/lnp.7")]]
    [document] = semantic_scholar([A])
    assert (document.id, document.text) == (A, "LNPs of a lot.\nThey make CAR T cells.")
    assert document.metadata == {"year": 2031, "s2id": A, "pmid": "12", "doi": "10.1234/lnp.7"}


def test_the_request_is_the_one_that_the_service_documents(scholar):
    list(semantic_scholar([A], api_key="k3y\n"))
    [request] = scholar.requests
    address = "https://api.semanticscholar.org/graph/v1/paper/batch?fields=title,abstract,year,externalIds"
    assert (request.method, request.full_url) == ("POST", address)
    assert request.get_header("Content-type") == "application/json"
    assert request.get_header("X-api-key") == "k3y"


@pytest.mark.parametrize("key", [None, "", " "])
def test_without_a_key_there_is_no_header_for_it(scholar, key):
    list(semantic_scholar([A], api_key=key))
    assert not scholar.requests[0].has_header("X-api-key")


def test_the_key_does_not_follow_a_redirect(scholar):
    list(semantic_scholar([A], api_key="k3y"))
    assert "X-api-key" not in scholar.requests[0].headers


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        (A, A),
        (A.upper(), A),
        ("10.1234/lnp.7", "DOI:10.1234/lnp.7"),
        ("doi:10.1234/lnp.7", "DOI:10.1234/lnp.7"),
        ("https://doi.org/10.1234/lnp(7)", "DOI:10.1234/lnp(7)"),
        ("12", "PMID:12"),
    ],
)
def test_an_id_is_asked_for_in_the_service_s_own_form_and_kept(scholar, id_, name):
    assert shape(semantic_scholar([id_])) == [id_]
    assert scholar.asked == [[name]]


def test_two_forms_of_an_id_are_asked_for_once(scholar):
    ids = ["10.1234/lnp.7", "DOI:10.1234/lnp.7"]
    assert shape(semantic_scholar(ids)) == ids
    assert scholar.asked == [["DOI:10.1234/lnp.7"]]


@pytest.mark.parametrize("id_", ["", "sample-001", "a1b2", "https://example.org/10.1234"])
def test_what_is_no_id_is_not_asked_for(scholar, id_):
    error, document = semantic_scholar([A, id_])
    assert "40 hexadecimal digits" in str(error)
    assert (error.record, document.id) == (id_, A)
    assert scholar.asked == [[A]]


def test_batches_are_asked_for_with_a_pause_between(scholar):
    ids = [A, B, A, C]
    assert shape(semantic_scholar(iter(ids), batch=2, wait=3)) == [A, B, C]
    assert scholar.asked == [[A, B], [C]]
    assert scholar.pauses == [3]


@pytest.mark.parametrize("ids", [[], ["sample-001"]])
def test_without_an_id_semantic_scholar_is_not_asked(scholar, ids):
    list(semantic_scholar(ids))
    assert scholar.requests == []


def test_an_entry_that_is_null_names_the_id(scholar):
    scholar.answers = [[None, paper(B)]]
    error, document = semantic_scholar([A, B])
    assert str(error).startswith(f"Semantic Scholar, record {A}: it has no such paper (")
    assert document.id == B


def test_an_answer_that_none_is_valid_means_that_none_is_there(scholar):
    scholar.answers = [http_error(400, b'{"error": "No valid paper ids given"}')]
    assert shape(semantic_scholar([A, B])) == [("error", A), ("error", B)]


@pytest.mark.parametrize("abstract", [None, ""])
def test_a_paper_without_abstract_names_the_id(scholar, abstract):
    scholar.answers = [[paper(A, abstract)]]
    [error] = semantic_scholar([A])
    assert str(error).startswith(f"Semantic Scholar, record {A}: it has no abstract of it (not every publisher")


@pytest.mark.parametrize("entry", [7, "text", [], paper(A, ["They work."]), paper(A, "Half \ud835 of one.")])
def test_a_malformed_entry_costs_only_itself(scholar, entry):
    scholar.answers = [[entry, paper(B)]]
    error, document = semantic_scholar([A, B])
    assert isinstance(error, RecordError)
    assert (error.source, error.record, document.id) == ("Semantic Scholar", A, B)


def test_what_a_paper_lacks_is_left_out(scholar):
    scholar.answers = [[{"paperId": A, "title": None, "abstract": "LNPs work.", "year": None, "externalIds": None}]]
    [document] = semantic_scholar([A])
    assert (document.text, document.metadata) == ("LNPs work.", {"s2id": A})


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        *FAILURES,
        (lambda: io.BytesIO(b"<html>Gateway</html>"), "its answer is no JSON.*try again"),
        (lambda: io.BytesIO(b"\xff"), "its answer is no JSON"),
        (lambda: {"error": "Internal", "code": "500"}, "its answer is no list of 2 papers"),
        (lambda: [None], "its answer is no list of 2 papers"),
    ],
)
def test_a_failed_batch_of_semantic_scholar_costs_only_itself(scholar, failure, says):
    scholar.answers = [failure()]
    failed, document = semantic_scholar([A, B, C], batch=2, api_key="k3y")
    assert isinstance(failed, SourceError)
    assert str(failed).startswith(f"Semantic Scholar, record {A} and 1 more: ")
    assert re.search(says, str(failed))
    assert "k3y" not in str(failed)
    assert document.id == C
    assert len(scholar.requests) == 2


@pytest.mark.parametrize("code", [429, 500, 504])
def test_a_refusal_is_tried_again_after_longer_and_longer_pauses(scholar, code):
    scholar.answers = [http_error(code) for _ in range(4)]
    assert shape(semantic_scholar([A])) == [A]
    assert scholar.pauses == [2, 4, 8, 16]


def test_no_pause_before_another_try_is_shorter_than_a_second(scholar):
    scholar.answers = [http_error(429)]
    list(semantic_scholar([A], wait=0))
    assert scholar.pauses == [2]


@pytest.mark.parametrize(
    ("code", "says"), [(429, "wait some minutes, or use an API key"), (503, "try again in some minutes")]
)
def test_after_five_tries_the_source_fails(scholar, code, says):
    scholar.answers = [http_error(code) for _ in range(5)]
    [failed] = semantic_scholar([A])
    assert says in str(failed)
    assert len(scholar.requests) == 5


def test_the_pause_that_is_asked_for_is_made(scholar):
    scholar.answers = [http_error(429, retry_after="30"), http_error(503, retry_after="1")]
    assert shape(semantic_scholar([A])) == [A]
    assert scholar.pauses == [30, 4]


def test_the_pause_may_be_asked_for_as_a_date(scholar):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    scholar.answers = [http_error(429, retry_after=later)]
    assert shape(semantic_scholar([A])) == [A]
    assert scholar.pauses == [pytest.approx(60, abs=10)]


@pytest.mark.parametrize("said", ["soon", "", "-5", "Mon, 01 Jan 2001 00:00:00 GMT", "Mon, 01 Jan 2001 00:00:00 -0000"])
def test_a_pause_that_says_nothing_is_ours(scholar, said):
    scholar.answers = [http_error(429, retry_after=said)]
    assert shape(semantic_scholar([A])) == [A]
    assert scholar.pauses == [2]


def test_an_hour_is_not_waited_for(scholar):
    scholar.answers = [http_error(429, retry_after="3600")]
    [failed] = semantic_scholar([A])
    assert "wait 3600 seconds" in str(failed)
    assert scholar.pauses == []


def test_what_was_fetched_takes_the_annotations(scholar):
    text = "LNPs of a lot.\nThey make CAR T cells."
    annotated = Document(A, "LNPs of a lot.", text, entities=(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"),))
    [joined] = join([dehydrate(annotated)], (one for one in semantic_scholar([A]) if isinstance(one, Document)))
    assert joined.entities == annotated.entities

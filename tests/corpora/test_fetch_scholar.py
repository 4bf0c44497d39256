"""Fetching abstracts from Semantic Scholar, and which ids go there: what is asked, what becomes of each answer.

Nothing leaves the machine; all titles, abstracts and ids are invented.
"""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from nanocart.corpora import fetch
from nanocart.corpora.fetch import by_source, semantic_scholar
from nanocart.corpora.gold import join
from nanocart.corpora.standoff import dehydrate
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document, Mention
from tests.corpora.network import FAILURES, A, B, C, http_error, shape


@pytest.mark.parametrize(
    ("id_", "place"),
    [("12345678", 0), ("7", 0), (A, 1), ("10.1234/lnp.7", 1), ("doi:10.1234/lnp.7", 1), ("sample-001", 1)],
)
def test_digits_go_to_pubmed_and_the_rest_to_semantic_scholar(id_, place):
    assert by_source([id_])[place] == [id_]


def test_ids_keep_their_order():
    assert by_source(["3", B, "1", A]) == (["3", "1"], [B, A])


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

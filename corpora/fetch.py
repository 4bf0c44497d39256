"""Titles and abstracts over the network, for whoever has the ids of citations but not their text.

From PubMed through NCBI's E-utilities (https://www.ncbi.nlm.nih.gov/books/NBK25499/), which needs Biopython, and from
Semantic Scholar's Academic Graph (https://api.semanticscholar.org/api-docs/graph). A request that fails costs only the
records that it asked for.

>>> by_source(["7", "10.1234/lnp.7"])
(['7'], ['10.1234/lnp.7'])
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from time import sleep
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from nanocart.corpora.jsonl import parse, plain
from nanocart.corpora.lines import placed
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document

Fetched = Document | RecordError | SourceError
"""A document, a record that could not be had, or a request that failed."""

_NCBI: Final = "NCBI"
_S2: Final = "Semantic Scholar"
_S2_URL: Final = "https://api.semanticscholar.org/graph/v1/paper/batch?fields=title,abstract,year,externalIds"
_TRIES: Final = 5
_PATIENCE: Final = 120.0
"""Seconds: who asks to wait longer is not waited for."""
_TIMEOUT: Final = 60.0
_PMID: Final = re.compile(r"[1-9][0-9]{0,8}")
_S2_ID: Final = re.compile(r"[0-9a-fA-F]{40}")
_DOI: Final = re.compile(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.[0-9.]+/\S+)", re.IGNORECASE)


def by_source(ids: Iterable[str]) -> tuple[list[str], list[str]]:
    """The ids that PubMed has (PMIDs), and those to ask Semantic Scholar for (its own, DOIs, and whatever else).

    >>> by_source(["7", "10.1234/lnp.7", "0a" * 20])[0]
    ['7']
    """
    split: tuple[list[str], list[str]] = [], []
    for one in ids:
        split[0 if _PMID.fullmatch(one) else 1].append(one)
    return split


def pubmed(pmids: Iterable[str], *, email: str, api_key: str | None = None, batch: int = 200) -> Iterator[Fetched]:
    """The citations of PMIDs as `nanocart.corpora.pubmed_xml` reads them, `batch` of them to a request.

    Biopython keeps NCBI's limits, 3 requests a second without and 10 with a key, and tries a failed request again. A
    PMID that the answer lacks is yielded as a `RecordError`. Raises `UsageError` without an e-mail or Biopython.

    >>> pubmed(["7"], email="")
    Traceback (most recent call last):
    nanocart.errors.UsageError: NCBI asks for an e-mail address (give yours: email="you@example.org")
    """
    if not email.strip():
        raise UsageError("NCBI asks for an e-mail address", hint='give yours: email="you@example.org"')
    try:
        from Bio import Entrez
    except ImportError as error:
        raise UsageError("PubMed is read through Biopython", hint="pip install nanocart[fetch]") from error
    # Who asks is said in each request instead of in Biopython's module, whose settings may be the caller's own.
    who = {"tool": "nanocart", "email": email.strip(), "api_key": _key(api_key) or None}
    return _from_pubmed(_batches(pmids, batch), Entrez.efetch, who)


def semantic_scholar(
    ids: Iterable[str], *, api_key: str | None = None, batch: int = 100, wait: float = 1.0
) -> Iterator[Fetched]:
    """The papers of Semantic Scholar's ids, DOIs or PMIDs, each document under the id that it was asked for by.

    `batch` of them, at most 500, go into a request; `wait` seconds lie between requests, and more before a request
    that was refused (429) or failed on their side (5xx) is tried again, five times in all. A paper that is not there
    or has no abstract is yielded as a `RecordError`.
    """
    return _from_s2(_batches(ids, batch), _key(api_key), wait)


def _key(given: str | None) -> str:
    key = (given or "").strip()
    if not all("!" <= letter <= "~" for letter in key):  # http.client would print it in its complaint
        raise UsageError("the API key holds a space, or a letter that no key has", hint="copy it again")
    return key


def _batches(ids: Iterable[str], size: int) -> list[list[str]]:
    if size < 1:
        raise UsageError(f"a batch of {size} asks for nothing", hint="batch must be 1 or more")
    once = list(dict.fromkeys(ids))
    return [once[at : at + size] for at in range(0, len(once), size)]


def _from_pubmed(batches: Iterable[list[str]], efetch: Any, who: Mapping[str, str | None]) -> Iterator[Fetched]:
    from nanocart.corpora.pubmed_xml import read  # inside, as lxml takes its time

    for batch in batches:
        asked = [one for one in batch if _PMID.fullmatch(one)]
        yield from (_unknown(one, _NCBI, "a PMID is digits, the first no zero") for one in batch if one not in asked)
        if not asked:
            continue
        try:
            with efetch(db="pubmed", id=",".join(asked), retmode="xml", **who) as answer:
                data = answer.read()
        except (OSError, HTTPException) as error:
            yield _failed(_NCBI, asked, error)
            continue
        # An answer that calls itself plain text comes as text.
        stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
        seen = set()
        try:
            for one in read(stream, _NCBI):
                if isinstance(one, Document | RecordError):
                    seen.add(one.id if isinstance(one, Document) else one.record)
                    yield one
        except SourceError as error:
            hint = "try again in some minutes"
            yield SourceError(f"its answer {error.reason}", source=_NCBI, where=_which(asked), hint=hint)
            continue
        hint = "look for it on https://pubmed.ncbi.nlm.nih.gov"
        missing = [one for one in asked if one not in seen]
        yield from (RecordError("not in the answer", source=_NCBI, record=one, hint=hint) for one in missing)


def _from_s2(batches: Iterable[list[str]], api_key: str, wait: float) -> Iterator[Fetched]:
    first = True
    for batch in batches:
        # One id that is none makes Semantic Scholar refuse all that are asked for with it.
        asked = {one: name for one in batch if (name := _s2_name(one))}
        hint = "it takes its own ids (40 hexadecimal digits), DOIs and PMIDs"
        yield from (_unknown(one, _S2, hint) for one in batch if one not in asked)
        if not asked:
            continue
        if not first:
            sleep(wait)
        first = False
        try:
            papers = _papers(list(dict.fromkeys(asked.values())), api_key, wait)
        except SourceError as error:
            yield error
            continue
        for id_, name in asked.items():
            yield _document(id_, papers[name])


def _s2_name(id_: str) -> str:
    """How Semantic Scholar wants an id; empty where it is none."""
    if _S2_ID.fullmatch(id_):
        return id_.lower()
    doi = _DOI.fullmatch(id_)
    return f"DOI:{doi[1]}" if doi else f"PMID:{id_}" if _PMID.fullmatch(id_) else ""


def _papers(asked: list[str], api_key: str, wait: float) -> dict[str, Any]:
    """The entries by the ids as they were asked for. Raises `SourceError` where the answer does not give them."""
    try:
        body = _post({"ids": asked}, api_key, wait)
    except HTTPError as error:
        with error:
            said = error.read() if error.code == 400 else b""
        if b"No valid paper ids" in said:  # its answer where it has none of them
            return dict.fromkeys(asked)
        raise _failed(_S2, asked, error) from error
    except (OSError, HTTPException) as error:
        raise _failed(_S2, asked, error) from error
    try:
        papers = json.loads(body)
    except (ValueError, RecursionError) as error:
        reason, hint = f"its answer is no JSON: {error}", "try again in some minutes"
        raise SourceError(reason, source=_S2, where=_which(asked), hint=hint) from error
    if not isinstance(papers, list) or len(papers) != len(asked):
        reason, hint = f"its answer is no list of {len(asked)} papers", "try again in some minutes"
        raise SourceError(reason, source=_S2, where=_which(asked), hint=hint)
    return dict(zip(asked, papers, strict=True))


def _post(data: Any, api_key: str, wait: float) -> bytes:
    headers = {"Content-Type": "application/json", "User-Agent": "nanocart"}
    request = Request(_S2_URL, json.dumps(data).encode(), headers, method="POST")
    if api_key:
        request.add_unredirected_header("x-api-key", api_key)  # whom it may send us on to need not have it
    for tried in range(1, _TRIES + 1):
        try:
            with urlopen(request, timeout=_TIMEOUT) as answer:
                body: bytes = answer.read()
                return body
        except HTTPError as error:
            pause = _retry_after(error)
            if tried == _TRIES or pause > _PATIENCE or (error.code != 429 and error.code < 500):
                raise
            error.close()
        sleep(max(pause, max(wait, 1.0) * 2**tried))
    raise AssertionError("the last try returns or raises")


def _retry_after(error: HTTPError) -> float:
    """The seconds that an answer asks to wait, which it may say as a date; 0 where it does not."""
    said = str(error.headers.get("Retry-After") or "")
    if said.isdecimal():
        return float(said)
    try:
        return (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


def _document(id_: str, paper: Any) -> Fetched:
    if paper is None:
        return RecordError("it has no such paper", source=_S2, record=id_, hint="check the id, or add another source")
    try:
        paper = parse(json.dumps(paper))  # by itself, so that half of a surrogate pair costs no other paper
        if not isinstance(paper, dict):
            raise RecordError(f"a JSON object is needed, not {type(paper).__name__}", hint="ask for it again")
        if not paper.get("abstract"):
            hint = "not every publisher lets it show them: take the text from PubMed or the journal"
            raise RecordError("it has no abstract of it", hint=hint)
        others = paper.get("externalIds")
        names = others if isinstance(others, dict) else {}
        found = {
            "year": paper.get("year"),
            "s2id": paper.get("paperId"),
            "pmid": names.get("PubMed"),
            "doi": names.get("DOI"),
        }
        text = {"id": id_, "title": paper.get("title"), "abstract": paper["abstract"]}
        return plain(text | {key: value for key, value in found.items() if value}, id_)
    except RecordError as error:
        return placed(error, _S2, "", id_)


def _unknown(id_: str, source: str, hint: str) -> RecordError:
    return RecordError("it has no ids like that", source=source, record=id_, hint=hint)


def _which(asked: Iterable[str]) -> str:
    first, *rest = asked
    return f"record {first} and {len(rest)} more" if rest else f"record {first}"


def _failed(source: str, asked: Iterable[str], error: Exception) -> SourceError:
    if not isinstance(error, HTTPError):
        reason, hint = f"no answer: {error}", "check the network, and https_proxy where there is a proxy"
    elif error.code == 429:
        pause = _retry_after(error)
        until = f"{pause:.0f} seconds" if pause > 0 else "some minutes"
        reason, hint = "it refuses so many requests", f"wait {until}, or use an API key"
    elif error.code >= 500:
        reason, hint = f"it fails: {error}", "try again in some minutes"
    else:
        reason, hint = f"it refuses the request: {error}", "check the API key and the ids"
    return SourceError(reason, source=source, where=_which(asked), hint=hint)

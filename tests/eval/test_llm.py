"""A language model as a system, against a stub of an endpoint on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from nanocart.errors import UsageError
from nanocart.eval import llm
from nanocart.eval.llm import Reader, llm_system, prompt, schema
from nanocart.eval.systems import system
from nanocart.schema import (
    Document,
    Mention,
)
from tests.eval.an_answer import ANSWER, NONE, TEXT, Reply, entity


class Endpoint:
    """A stub of chat completions: replies by the number of the request, the last one for ever."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.replies: Callable[[int, dict[str, Any]], Reply] = lambda number, body: (200, ANSWER)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Endpoint]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                stub.requests.append(body)
                stub.keys.append(self.headers.get("Authorization"))
                number = len(stub.requests)
            code, said, *more = stub.replies(number, body)
            content = said if isinstance(said, str) else json.dumps(said)
            usage = {"prompt_tokens": 1000, "completion_tokens": 100}
            sent = json.dumps({"choices": [{"message": {"content": content}}], "usage": usage}).encode()
            self.send_response(code if self.path == "/v1/chat/completions" else 404)
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub = Endpoint(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "NANOCART_PRICE_IN", "NANOCART_PRICE_OUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", stub.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("NANOCART_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(llm, "_PAUSE", 0.0)
    yield stub
    server.shutdown()
    server.server_close()
    thread.join()


def read(*texts: str) -> list[Document]:
    return list(system("llm:m").read(Document(str(number), "", text) for number, text in enumerate(texts, 1)))


def test_a_good_answer(endpoint: Endpoint) -> None:
    [document] = read(TEXT)
    assert document.problems() == []
    assert [(one.start, one.text, one.label) for one in document.entities] == [
        (0, "LNPs", "NANOPARTICLE"),
        (9, "fibrosis", "DISEASE"),
        (19, "LNPs", "NANOPARTICLE"),
        (37, "CAR mRNA", "CARGO"),
        (54, "fibrosis", "OUTCOME"),
        (66, "40%", "VALUE"),
    ]
    assert document.study.in_scope is True
    # The particle nearest to the cargo carries it, the one nearest to the disease treats it.
    assert [(one.label, one.head, one.tail) for one in document.relations] == [
        ("CARRIES", "e3", "e4"),
        ("TREATS", "e1", "e2"),
    ]
    [finding] = document.findings
    assert (finding.outcome, finding.nanoparticle, finding.disease, finding.value) == ("e5", ("e3",), ("e2",), "e6")
    assert finding.evidence == (19, 70)
    [asked] = endpoint.requests
    assert [one["content"] for one in asked["messages"]] == [prompt(), TEXT]
    assert asked["response_format"]["json_schema"]["schema"] == schema()
    assert endpoint.keys == ["Bearer sk-test"]


def test_the_annotations_of_the_gold_are_not_sent(endpoint: Endpoint) -> None:
    gold = Document("1", "", TEXT, entities=(Mention("e1", 0, 4, "CARGO", "LNPs"),), metadata={"mesh": ["secret"]})
    list(system("llm:m").read([gold]))
    assert "secret" not in json.dumps(endpoint.requests)


def test_malformed_json_is_asked_for_again_with_what_was_wrong(endpoint: Endpoint) -> None:
    endpoint.replies = lambda number, body: (200, '{"in_scope": tru' if number < 3 else ANSWER)
    [document] = read(TEXT)
    assert len(document.entities) == 6
    assert len(endpoint.requests) == 3
    assert [one["role"] for one in endpoint.requests[-1]["messages"]] == ["system", "user", "assistant", "user"]
    assert "in_scope" in endpoint.requests[-1]["messages"][2]["content"]


def test_after_three_malformed_answers_the_document_is_empty(endpoint: Endpoint) -> None:
    endpoint.replies = lambda number, body: (200, [1])
    with pytest.warns(UserWarning, match="^1: no JSON object as asked for in 3 answers"):
        [document] = read(TEXT)
    assert document.entities == ()
    assert len(endpoint.requests) == 3


@pytest.mark.parametrize("code", [429, 500, 503])
def test_refused_and_then_good(endpoint: Endpoint, code: int) -> None:
    endpoint.replies = lambda number, body: (code if number < 3 else 200, ANSWER)
    assert len(read(TEXT)[0].entities) == 6
    assert len(endpoint.requests) == 3


def test_the_pause_doubles_unless_the_endpoint_asks_for_more(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(llm, "_PAUSE", 1.0)
    monkeypatch.setattr(time, "sleep", slept.append)
    endpoint.replies = lambda number, body: (429, "", {"Retry-After": "7"}) if number == 1 else (500, "")
    with pytest.warns(UserWarning, match="500"):
        read(TEXT)
    assert slept == [7.0, 2.0, 4.0, 8.0]


def test_whoever_fails_for_ever_costs_one_document(endpoint: Endpoint) -> None:
    def replies(number: int, body: dict[str, Any]) -> Reply:
        return (500 if body["messages"][1]["content"] == "bad" else 200, ANSWER)

    endpoint.replies = replies
    with pytest.warns(UserWarning, match=r"^2: the endpoint answers 500.*counted as an empty prediction"):
        first, second, third = read(TEXT, "bad", TEXT + " ")
    assert second == Document("2", "", "bad")
    assert len(first.entities) == len(third.entities) == 6


def test_the_order_is_kept(endpoint: Endpoint) -> None:
    def replies(number: int, body: dict[str, Any]) -> Reply:
        time.sleep(0.05 if number % 4 == 1 else 0)
        return (200, {**NONE, "in_scope": True, "entities": [entity(body["messages"][1]["content"], "CARGO")]})

    endpoint.replies = replies
    texts = [f"drug{number}" for number in range(20)]
    assert [one.entities[0].text for one in read(*texts)] == texts


def test_an_answer_that_is_kept_costs_no_request(endpoint: Endpoint) -> None:
    once = read(TEXT, "Nothing.")
    count = len(endpoint.requests)
    assert read(TEXT, "Nothing.") == once
    assert len(endpoint.requests) == count == 2
    list(system("llm:other").read([Document("1", "", TEXT)]))
    assert len(endpoint.requests) == 3


def test_a_kept_answer_that_is_broken_is_asked_for_again(endpoint: Endpoint, tmp_path: Path) -> None:
    read(TEXT)
    [path] = (tmp_path / "cache" / "llm").iterdir()
    path.write_text("{")
    assert len(read(TEXT)[0].entities) == 6
    assert len(endpoint.requests) == 2


def test_failures_are_not_kept(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.replies = lambda number, body: (500, "")
    with pytest.warns(UserWarning, match="500"):
        read(TEXT)
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize("code", [401, 403, 404])
def test_a_wrong_key_or_model_ends_the_run(endpoint: Endpoint, code: int) -> None:
    endpoint.replies = lambda number, body: (code, "")
    with pytest.raises(UsageError, match=f"{code}.*the model's name and the key"):
        read(TEXT)


def test_a_server_without_schemas_is_asked_without_one(endpoint: Endpoint) -> None:
    endpoint.replies = lambda number, body: (400 if "response_format" in body else 200, ANSWER)
    reader = llm_system("m")
    assert len(next(reader.read([Document("1", "", TEXT)])).entities) == 6
    assert len(endpoint.requests) == 3
    list(reader.read([Document("2", "", "Other.")]))
    assert len(endpoint.requests) == 4


def test_a_text_that_is_refused_is_empty(endpoint: Endpoint) -> None:
    endpoint.replies = lambda number, body: (400, "too long")
    with pytest.warns(UserWarning, match=r"^1: the endpoint answers 400.*too long"):
        assert read(TEXT)[0].entities == ()


def test_nobody_answers(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    with pytest.warns(UserWarning, match="^1: no answer"):
        assert read(TEXT)[0].entities == ()


def test_tokens_time_and_cost_are_told(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NANOCART_PRICE_IN", "2.5")
    monkeypatch.setenv("NANOCART_PRICE_OUT", "10")
    endpoint.replies = lambda number, body: (
        200, {**ANSWER, "entities": [*ANSWER["entities"], entity("gone", "CARGO")]} if number > 1 else "{"
    )  # fmt: skip
    made = llm_system("m")
    assert not made.timed
    list(made.read([Document("1", "", TEXT)]))
    list(made.read([Document("1", "", TEXT)]))
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(
        "llm:m: 1 texts, 0 from the cache, 0 without an answer; 2,000 tokens in, 200 out; per 1,000:"
    )
    assert "2,000,000 tokens in, 200,000 out" in said
    assert "s one after another, cost 7.00;" in said
    assert said.endswith("1 of 6 surfaces not in the text, 0 items against the scheme")
    # What was kept is told with what it has cost.
    list(llm_system("m").read([Document("1", "", TEXT)]))
    assert "1 from the cache, 0 without an answer; 2,000 tokens in" in capsys.readouterr().err


def test_without_prices_no_cost_is_told(endpoint: Endpoint) -> None:
    made = llm_system("m").read
    list(made([Document("1", "", TEXT)]))
    assert isinstance(made, Reader)
    assert "cost" not in made.report()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("OPENAI_BASE_URL", "", "set OPENAI_BASE_URL"),
        ("OPENAI_BASE_URL", "file:///etc/passwd", "set OPENAI_BASE_URL"),
        ("OPENAI_API_KEY", "sk\ntest", "copy it again"),
        ("NANOCART_PRICE_IN", "dear", "NANOCART_PRICE_IN is no number"),
    ],
)
def test_a_wrong_environment(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=message):
        system("llm:m")


def test_a_model_must_be_named(endpoint: Endpoint) -> None:
    with pytest.raises(UsageError, match="llm needs a model"):
        system("llm")


def test_the_folder_for_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("NANOCART_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert llm.cache_folder() == tmp_path / "nanocart"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert llm.cache_folder() == Path.home() / ".cache" / "nanocart"
    monkeypatch.setenv("NANOCART_CACHE", "mine")
    assert llm.cache_folder() == Path("mine")

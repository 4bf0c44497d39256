"""A large language model as a system of a benchmark, through any endpoint that speaks OpenAI's chat completions.

`OPENAI_BASE_URL` names the endpoint and `OPENAI_API_KEY` opens it. The model gives the surfaces of mentions, not their
places; those are looked up in the text, and what is not there is counted and left out. Answers are kept in a folder
(`NANOCART_CACHE`, else the platform's own for such things), so that a run that was interrupted goes on where it was and
one that is repeated costs nothing. `NANOCART_PRICE_IN` and `NANOCART_PRICE_OUT` are prices per million tokens.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from http.client import HTTPException
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from nanocart.corpora.saving import whole_file
from nanocart.errors import UsageError
from nanocart.eval.answers import Tally, decode, parse
from nanocart.eval.systems import System
from nanocart.schema import Document, Json

_THREADS: Final = 4
_TRIES: Final = 5
_ANSWERS: Final = 3
_PAUSE: Final = 1.0
"""Seconds before a request that was refused is tried again; twice as long each further time."""
_PATIENCE: Final = 120.0
_TIMEOUT: Final = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said of one text, and what that took; `content` is None where `problem` says why."""

    content: Json | None
    problem: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cached: bool = False


def llm_system(model: str) -> System:
    """The model behind the endpoint that the environment names.

    It has no time of its own in a benchmark, since answers may come from the folder; `Reader.report` tells it.
    """
    if not model:
        raise UsageError("llm needs a model", hint="llm:MODEL, as the endpoint names it")
    url = os.environ.get("OPENAI_BASE_URL", "").strip().rstrip("/")
    if not url.startswith(("http://", "https://")):
        hint = "set OPENAI_BASE_URL: https://api.openai.com/v1, or http://localhost:11434/v1 of an own server"
        raise UsageError("a language model needs an endpoint", hint=hint)
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    if not all("!" <= letter <= "~" for letter in key):  # http.client would print it in its complaint
        raise UsageError("OPENAI_API_KEY holds a space, or a letter that no key has", hint="copy it again")
    prices = [_price(f"NANOCART_PRICE_{way}") for way in ("IN", "OUT")]
    version = hashlib.sha256((prompt() + json.dumps(schema())).encode()).hexdigest()[:8]
    return System(f"llm:{model}", f"prompt {version}", Reader(model, url, key, prices), timed=False)


@cache
def prompt() -> str:
    """What the model is told, the same for each text."""
    return files("nanocart.eval").joinpath("data", "prompt.md").read_text("utf-8")


@cache
def schema() -> Json:
    """The JSON Schema of an answer."""
    found: Json = json.loads(files("nanocart.eval").joinpath("data", "answer.schema.json").read_text("utf-8"))
    return found


def cache_folder() -> Path:
    """Where answers are kept: NANOCART_CACHE, or the platform's folder for caches."""
    if given := os.environ.get("NANOCART_CACHE"):
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "nanocart"
    given = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    return (Path(given) if given else Path.home() / ".cache") / "nanocart"


class Reader:
    """Reads documents by asking the model, a few at a time, and gives them back in their order."""

    def __init__(self, model: str, url: str, key: str, prices: list[float | None]) -> None:
        self.model = model
        self.answers: dict[str, tuple[Answer, Tally]] = {}
        self._url = f"{url}/chat/completions"
        self._key = key
        self._prices = prices
        self._form = 0
        self._lock = Lock()

    def __call__(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents annotated; one that no answer is had for stays empty, and a warning names it."""
        waiting: deque[tuple[Document, Future[Answer]]] = deque()
        pool = ThreadPoolExecutor(_THREADS)
        try:
            for document in documents:
                waiting.append((document, pool.submit(self._ask, document.text)))
                if len(waiting) > 2 * _THREADS:
                    yield self._read(*waiting.popleft())
            while waiting:
                yield self._read(*waiting.popleft())
        finally:
            pool.shutdown(cancel_futures=True)
        print(self.report(), file=sys.stderr)

    def report(self) -> str:
        """What reading has taken so far and how well the answers fit, in one line."""
        answers = [answer for answer, _ in self.answers.values()]
        fit = sum((tally for _, tally in self.answers.values()), Tally())
        tokens = [sum(one.tokens_in for one in answers), sum(one.tokens_out for one in answers)]
        failed = sum(one.content is None for one in answers)
        kept = sum(one.cached for one in answers)
        thousand = 1_000 / (len(answers) or 1)
        said = [f"{tokens[0] * thousand:,.0f} tokens in", f"{tokens[1] * thousand:,.0f} out"]
        said.append(f"{sum(one.seconds for one in answers) * thousand:,.0f} s one after another")
        if None not in self._prices:
            cost = sum(count * (price or 0.0) / 1e6 for count, price in zip(tokens, self._prices, strict=True))
            said.append(f"cost {cost * thousand:,.2f}")
        return (
            f"llm:{self.model}: {len(answers)} texts, {kept} from the cache, {failed} without an answer; "
            f"{tokens[0]:,} tokens in, {tokens[1]:,} out; per 1,000: {', '.join(said)}; "
            f"{fit.missing} of {fit.surfaces} surfaces not in the text, {fit.dropped} items against the scheme"
        )

    def _read(self, document: Document, future: Future[Answer]) -> Document:
        answer = future.result()
        read, tally = decode(answer.content or {}, document, f"model llm:{self.model}")
        if answer.content is None:
            warnings.warn(f"{document.id}: {answer.problem}; counted as an empty prediction", stacklevel=3)
            read = document.without_annotations()
        # A text that is asked for again comes from the cache: the first answer says what it took, unless it failed.
        if document.text not in self.answers or self.answers[document.text][0].content is None:
            self.answers[document.text] = (answer, tally)
        return read

    def _ask(self, text: str) -> Answer:
        path = self._path(text)
        if (kept := _kept(path)) is not None:
            return kept
        messages = [{"role": "system", "content": prompt()}, {"role": "user", "content": text}]
        answer = Answer(None)
        for _ in range(_ANSWERS):
            try:
                said, seconds = self._post(messages)
            except _RefusedError as error:
                return replace(answer, problem=str(error))
            answer = _counted(answer, said, seconds)
            content = _content(said)
            try:
                answer = replace(answer, content=parse(content))
                break
            except ValueError as error:
                again = f"That is not the JSON object that was asked for: {error}. Give the whole object, nothing else."
                corrected = [("assistant", content), ("user", again)]
                messages = messages[:2] + [{"role": role, "content": words} for role, words in corrected]
        if answer.content is None:
            return replace(answer, problem=f"no JSON object as asked for in {_ANSWERS} answers")
        record = {"model": self.model, "content": answer.content, "tokens_in": answer.tokens_in}
        record |= {"tokens_out": answer.tokens_out, "seconds": round(answer.seconds, 3)}
        with self._lock, whole_file(path) as file:
            file.write(json.dumps(record).encode())
        return answer

    def _path(self, text: str) -> Path:
        key = json.dumps([self.model, prompt(), schema(), text])
        return cache_folder() / "llm" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    def _post(self, messages: list[dict[str, str]]) -> tuple[Json, float]:
        """The endpoint's answer to a request in the first form that it accepts, and the seconds that it took."""
        form = {"type": "json_schema", "json_schema": {"name": "annotation", "strict": True, "schema": schema()}}
        # Some models take no temperature, some servers no schema.
        forms: list[Json] = [{"temperature": 0, "response_format": form}, {"response_format": form}]
        forms += [{"temperature": 0}, {}]
        refused: _RefusedError | None = None
        for number in range(self._form, len(forms)):
            try:
                said = self._send({"model": self.model, "messages": messages, **forms[number]})
            except _RefusedError as error:
                if error.code not in (400, 422):
                    raise
                refused = refused or error
            else:
                self._form = number
                return said
        raise refused or AssertionError("there is a form left")

    def _send(self, body: Json) -> tuple[Json, float]:
        request = Request(self._url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST")
        if self._key:
            request.add_unredirected_header("Authorization", f"Bearer {self._key}")
        problem = ""
        for tried in range(_TRIES):
            pause, start = _PAUSE * 2**tried, time.perf_counter()
            try:
                with urlopen(request, timeout=_TIMEOUT) as response:
                    said = json.loads(response.read())
                    if isinstance(said, dict) and isinstance(said.get("choices"), list) and said["choices"]:
                        return said, time.perf_counter() - start
                    problem = "the endpoint's answer has no choices"
            except HTTPError as error:
                problem = f"the endpoint answers {error.code} {error.reason}"
                with error:
                    detail = error.read(500).decode("utf-8", "replace")
                if error.code in (401, 403, 404):
                    hint = f"check {self._url}, the model's name and the key"
                    raise UsageError(f"{problem}: {detail}", hint=hint) from error
                if error.code != 429 and error.code < 500:
                    raise _RefusedError(f"{problem}: {detail}", error.code) from error
                asked = str(error.headers.get("Retry-After") or "")
                pause = max(pause, float(asked) if asked.isdecimal() else 0.0)
            except (OSError, HTTPException) as error:
                problem = f"no answer: {error}"
            except ValueError:
                problem = "the endpoint's answer is no JSON"
            if pause > _PATIENCE or tried == _TRIES - 1:
                break
            time.sleep(pause)
        raise _RefusedError(problem)


class _RefusedError(Exception):
    """A request that costs its document an answer."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


def _content(said: Json) -> str:
    choice = said["choices"][0]
    message = choice.get("message") if isinstance(choice, dict) else None
    return str(message.get("content") or "") if isinstance(message, dict) else ""


def _counted(answer: Answer, said: Json, seconds: float) -> Answer:
    used = said.get("usage")
    counts = [used.get(name) if isinstance(used, dict) else 0 for name in ("prompt_tokens", "completion_tokens")]
    tokens_in, tokens_out = (one if isinstance(one, int) else 0 for one in counts)
    return replace(
        answer,
        tokens_in=answer.tokens_in + tokens_in,
        tokens_out=answer.tokens_out + tokens_out,
        seconds=answer.seconds + seconds,
    )


def _kept(path: Path) -> Answer | None:
    """The answer that a file keeps; None where there is none, or none that can be read."""
    try:
        record = json.loads(path.read_bytes())
        content = parse(json.dumps(record.pop("content")))
        return Answer(content, "", record["tokens_in"], record["tokens_out"], record["seconds"], cached=True)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _price(name: str) -> float | None:
    said = os.environ.get(name, "").strip()
    try:
        return float(said) if said else None
    except ValueError as error:
        raise UsageError(f"{name} is no number: {said!r}", hint="the price of a million tokens, as in 2.50") from error

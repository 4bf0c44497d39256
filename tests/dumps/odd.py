"""A dump of three small files, fetching it, and the odd ways in which its server may answer."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nanocart.dumps.fetching import Report, fetch
from tests.dumps.nlm import Handler, Nlm, Odd

A, B, C = (f"pubmed26n{number:04d}.xml.gz" for number in (1, 2, 3))
SIZE, HALF = 300_000, 150_000
DATA = {name: random.Random(name).randbytes(SIZE) for name in (A, B, C)}
QUICK: dict[str, Any] = {"stall": 0.3, "backoff": 0.001}


def bring(nlm: Nlm, folder: Path, **options: Any) -> Report:
    return fetch("updates", folder, url=nlm.url, **QUICK | options)


def there(folder: Path) -> list[str]:
    """The names that others see."""
    return sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))


def parts(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name.endswith(".part"))


def with_md5(*names: str) -> list[str]:
    return sorted([*names, *(f"{name}.md5" for name in names)])


# What the server does.


def once(odd: Callable[[Handler, bytes], object]) -> Odd:
    def answer(handler: Handler, data: bytes, number: int) -> bool:
        if number == 0:
            odd(handler, data)
        return number == 0

    return answer


def always(odd: Callable[[Handler, bytes], object]) -> Odd:
    return lambda handler, data, _: odd(handler, data) is None


def breaks(handler: Handler, data: bytes) -> None:
    handler.answer(200, data[:HALF], length=len(data))


def stalls(handler: Handler, data: bytes) -> None:
    breaks(handler, data)
    handler.nlm.over.wait(20)


def says_nothing(handler: Handler, data: bytes) -> None:
    handler.nlm.over.wait(20)
    handler.close_connection = True


def hangs_up(handler: Handler, data: bytes) -> None:
    handler.close_connection = True


def is_short(handler: Handler, data: bytes) -> None:
    handler.answer(200, data[:HALF])


def lies(handler: Handler, data: bytes) -> None:
    handler.answer(200, data[::-1])


def status(code: int, **headers: str) -> Callable[[Handler, bytes], None]:
    return lambda handler, _: handler.answer(code, b"not now", **headers)


def moved(handler: Handler, data: bytes) -> None:
    handler.answer(302, Location=f"{handler.path}?elsewhere")


def breaks_and_ignores_range(handler: Handler, data: bytes, number: int) -> bool:
    breaks(handler, data) if number == 0 else handler.answer(200, data)
    return True


def breaks_and_gives_another_range(handler: Handler, data: bytes, number: int) -> bool:
    if number == 0:
        breaks(handler, data)
    elif number == 1:
        handler.answer(206, data[7:], Content_Range=f"bytes 7-{len(data) - 1}/{len(data)}")
    return number < 2

"""A server that has a dump."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dumps.nlm import Nlm, serving
from tests.dumps.odd import DATA


@pytest.fixture
def nlm() -> Iterator[Nlm]:
    """A server with three update files."""
    with serving(Nlm()) as server:
        for name, data in DATA.items():
            server.add(name, data)
        yield server

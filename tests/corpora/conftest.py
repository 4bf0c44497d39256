"""Where the real archives are, for the tests that read them."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Members = Callable[[str], Iterator[tuple[str, bytes]]]


@pytest.fixture
def data_folder() -> Path:
    """The folder that NANOCART_DATA names; without it the test is skipped."""
    named = os.environ.get("NANOCART_DATA", "")
    if not named:
        pytest.skip("set NANOCART_DATA to the folder that holds abstracts/, corpora/ and pubmed_xml/")
    return Path(named)


@pytest.fixture
def members(data_folder: Path) -> Members:
    """The files (name, content) of an archive under corpora/."""

    def found(archive: str) -> Iterator[tuple[str, bytes]]:
        with tarfile.open(data_folder / "corpora" / archive) as tar:
            for one in tar:
                content = tar.extractfile(one) if one.isfile() else None
                if content is not None:
                    yield one.name, content.read()

    return found

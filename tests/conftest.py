"""What tests of every folder share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The rule-based pipeline, loaded once: change nothing in it."""
    from nanocart import pipeline

    return pipeline.load()

"""The small encoder, made once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small encoder."""
    from tests.models.small import small_bert

    folder = tmp_path_factory.mktemp("encoder")
    small_bert(folder)
    return folder

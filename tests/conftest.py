"""What tests of every folder share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from spacy.language import Language

# The same few examples in every run, and no clock: a slow machine is no failure.
# `HYPOTHESIS_PROFILE=default` searches on.
settings.register_profile(
    "ci", max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The rule-based pipeline, loaded once: change nothing in it."""
    from nanocart import pipeline

    return pipeline.load("rules")


@pytest.fixture(scope="session")
def unscoped() -> Language:
    """The pipeline that reads any text, for cases of one sentence: change nothing in it."""
    from nanocart import pipeline

    return pipeline.load("rules", scope=False)


@pytest.fixture
def fresh_python(tmp_path: Path) -> Callable[[str], str]:
    """Runs code in a Python of its own, outside the checkout; gives what it prints."""

    def run(code: str) -> str:
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run

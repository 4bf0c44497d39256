"""A component that breaks in the ways in which libraries break: the words of a text say how."""

from __future__ import annotations

import os
import signal

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("test_dump_trouble")
def trouble(doc: Doc) -> Doc:
    """Raises, runs out of memory, or ends the process."""
    if "RAISE" in doc.text:
        raise RuntimeError("boom")
    if "MEMORY" in doc.text:
        raise MemoryError
    if "CRASH" in doc.text:
        os.kill(os.getpid(), signal.SIGKILL)
    return doc

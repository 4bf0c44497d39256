"""The MD5 of a file, and the one that lies beside it in a file of the same name with .md5 behind.

NLM writes `MD5(pubmed26n0001.xml.gz)= 0cc175b9...`, md5sum `0cc175b9...  pubmed26n0001.xml.gz`.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

_SUM: Final = re.compile(r"^(?:MD5 *\(.*\) *= *)?([0-9a-f]{32})(?:\s|$)", re.IGNORECASE | re.MULTILINE)


def md5_of(path: Path) -> str:
    """The MD5 of a file's bytes in hexadecimal, lower case. Raises `OSError` where it cannot be read."""
    with path.open("rb") as file:
        return md5_read(file)


def md5_read(stream: BinaryIO) -> str:
    """The MD5 of what is left of a stream in hexadecimal, lower case. Raises `OSError` where it cannot be read."""
    # Where FIPS rules, MD5 is there only for what is no matter of security.
    return hashlib.file_digest(cast(Any, stream), lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def md5_in(text: str) -> str | None:
    """The first MD5 that the text of a .md5 file states, in lower case; `None` where it states none.

    >>> md5_in("MD5(pubmed26n0001.xml.gz)= 0CC175B9C0F1B6A831C399E269772661")
    '0cc175b9c0f1b6a831c399e269772661'
    """
    found = _SUM.search(text)
    return found[1].lower() if found else None


def md5_beside(path: Path) -> str | None:
    """The MD5 that the .md5 file beside `path` states; `None` where there is no such file or it states none."""
    try:
        text = path.with_name(f"{path.name}.md5").read_text("utf-8", errors="replace")
    except OSError:
        return None
    return md5_in(text)

"""The MD5 of a file and the one beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanocart.dumps.checksums import md5_beside, md5_of

OF_A = "0cc175b9c0f1b6a831c399e269772661"
"""The MD5 of the letter a, from RFC 1321."""


def test_the_md5_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    assert md5_of(tmp_path / "a") == OF_A


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"MD5(a.xml.gz)= {OF_A}\n", OF_A),
        (f"MD5 (a.xml.gz) = {OF_A.upper()}", OF_A),
        (f"{OF_A}  a.xml.gz\n", OF_A),
        (f"{OF_A} *a.xml.gz\r\n", OF_A),
        (OF_A, OF_A),
        (f"MD5(a.xml.gz)= {OF_A}0\n", None),
        (f"SHA1(a.xml.gz)= {OF_A}12345678\n", None),
        ("MD5(a.xml.gz)= 0\n", None),
        ("<html>404</html>", None),
        ("", None),
    ],
)
def test_what_a_file_of_an_md5_states(tmp_path: Path, text: str, found: str | None) -> None:
    (tmp_path / "a.xml.gz.md5").write_text(text)
    assert md5_beside(tmp_path / "a.xml.gz") == found


def test_without_one_there_is_none(tmp_path: Path) -> None:
    assert md5_beside(tmp_path / "a.xml.gz") is None

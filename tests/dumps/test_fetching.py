"""Fetching a dump: every file whole, or none of that name; whatever the server and the disk do."""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart import __version__
from nanocart.dumps.fetching import MOST_PARALLEL, Report, fetch, plan
from nanocart.dumps.listing import Listed, listed
from nanocart.errors import NanocartError, SourceError, UsageError
from tests.dumps.nlm import Handler, Nlm, Odd, serving
from tests.dumps.odd import (
    DATA,
    HALF,
    QUICK,
    SIZE,
    A,
    B,
    C,
    always,
    breaks,
    breaks_and_gives_another_range,
    breaks_and_ignores_range,
    bring,
    hangs_up,
    is_short,
    lies,
    moved,
    once,
    parts,
    says_nothing,
    stalls,
    status,
    there,
    with_md5,
)

REST = f"bytes={HALF}-"


@pytest.mark.parametrize(
    ("odd", "ranges"),
    [
        (once(breaks), ["", REST]),
        (once(stalls), ["", f"bytes={2 * 65536}-"]),
        (once(says_nothing), ["", ""]),
        (once(hangs_up), ["", ""]),
        (once(is_short), ["", ""]),
        (once(lies), ["", ""]),
        (once(status(500)), ["", ""]),
        (once(status(503)), ["", ""]),
        (once(status(429, Retry_After="0")), ["", ""]),
        (breaks_and_ignores_range, ["", REST]),
        (breaks_and_gives_another_range, ["", REST, ""]),
    ],
)
def test_what_fails_once_comes_the_next_time(nlm: Nlm, tmp_path: Path, odd: Odd, ranges: list[str]) -> None:
    nlm.odd[B] = odd
    report = bring(nlm, tmp_path)
    assert sorted(report.fetched) == [A, B, C]
    assert report.failed == {}
    assert (tmp_path / B).read_bytes() == DATA[B]
    assert there(tmp_path) == with_md5(A, B, C)
    assert nlm.ranges(B) == ranges
    assert parts(tmp_path) == []


@pytest.mark.parametrize(
    ("odd", "why", "times"),
    [
        (always(status(404)), "404", 1),
        (always(status(403)), "403", 1),
        (always(status(304)), "304", 1),
        (always(status(500)), "500 .*7 times", 7),
        (always(status(503, Retry_After="7200")), "503 .*asks to wait 7,200 seconds", 1),
        (always(status(503, Retry_After="soon")), "7 times", 7),
        (always(lies), "has not the MD5", 2),
        (always(is_short), "has not the MD5", 2),
        (always(hangs_up), "closed the connection, 7 times", 7),
        (always(breaks), "broke off, 7 times", 7),
    ],
)
def test_a_file_that_fails_for_good_costs_itself(nlm: Nlm, tmp_path: Path, odd: Odd, why: str, times: int) -> None:
    nlm.odd[B] = odd
    report = bring(nlm, tmp_path)
    assert sorted(report.fetched) == [A, C]
    assert list(report.failed) == [B]
    assert report.failed[B].startswith(f"{nlm.url}updatefiles/{B}: ")
    assert re.search(why, report.failed[B]), report.failed[B]
    assert there(tmp_path) == with_md5(A, C)
    assert len(nlm.ranges(B)) == times


def test_without_its_md5_a_file_is_not_believed(nlm: Nlm, tmp_path: Path) -> None:
    del nlm.files[f"{A}.md5"]
    nlm.files[f"{B}.md5"] = b"<html>moved</html>"
    report = bring(nlm, tmp_path)
    assert f"{A}.md5: the server answers 404" in report.failed[A]
    assert f"{B}.md5: states no MD5" in report.failed[B]
    assert there(tmp_path) == with_md5(C)


def test_an_md5_that_is_wrong_once_is_fetched_anew(nlm: Nlm, tmp_path: Path) -> None:
    nlm.odd[f"{B}.md5"] = once(lambda handler, data: handler.answer(200, f"MD5({B})= {'0' * 32}".encode()))
    assert sorted(bring(nlm, tmp_path).fetched) == [A, B, C]
    assert (tmp_path / f"{B}.md5").read_bytes() == nlm.files[f"{B}.md5"]


def test_retry_after_is_obeyed(nlm: Nlm, tmp_path: Path) -> None:
    """The server is busy for longer than all pauses of the back-off together."""
    until: list[float] = []

    def busy(handler: Handler, data: bytes, number: int) -> bool:
        until.append(time.monotonic() + 0.9)
        if time.monotonic() < until[0]:
            handler.answer(503, Retry_After="1")
            return True
        return False

    nlm.odd[B] = busy
    assert sorted(bring(nlm, tmp_path).fetched) == [A, B, C]
    assert len(nlm.ranges(B)) == 2


def test_a_mirror_may_send_on(nlm: Nlm, tmp_path: Path) -> None:
    nlm.odd[B] = once(moved)
    nlm.files[f"{B}?elsewhere"] = DATA[B]
    assert B in bring(nlm, tmp_path).fetched


@given(cuts=st.lists(st.integers(0, 2_000), max_size=5))
def test_wherever_the_connection_breaks_the_file_comes_whole(cuts: list[int]) -> None:
    data = DATA[A][:2_000]

    def broken(handler: Handler, data: bytes, number: int) -> bool:
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        if number >= len(cuts) or not start <= cuts[number] < len(data):
            return False
        rest = data[start:]
        where = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        handler.answer(206 if start else 200, rest[: cuts[number] - start], length=len(rest), **where)
        return True

    with tempfile.TemporaryDirectory() as folder, serving(Nlm()) as nlm:
        nlm.add(A, data)
        nlm.odd[A] = broken
        assert bring(nlm, Path(folder)).fetched == [A]
        assert (Path(folder) / A).read_bytes() == data


# What is there already.


def test_what_is_there_is_not_asked_for_again(nlm: Nlm, tmp_path: Path) -> None:
    first = bring(nlm, tmp_path / "new" / "folder")
    assert (first.files, first.bytes, first.expected) == (3, 3 * SIZE + 3 * 60, 3 * SIZE)
    assert nlm.agents == {f"nanocart/{__version__}"}
    nlm.asked.clear()
    report = bring(nlm, tmp_path / "new" / "folder")
    assert (report.kept, report.fetched, report.bytes) == ([A, B, C], [], 0)
    assert nlm.asked == [("", "")]


def test_only_verify_sees_what_was_damaged_since(nlm: Nlm, tmp_path: Path) -> None:
    bring(nlm, tmp_path)
    (tmp_path / B).write_bytes(DATA[B][:-1] + b"?")
    assert bring(nlm, tmp_path).kept == [A, B, C]
    report = bring(nlm, tmp_path, verify=True)
    assert (sorted(report.kept), report.fetched) == ([A, C], [B])
    assert (tmp_path / B).read_bytes() == DATA[B]


def test_a_damaged_file_that_cannot_be_fetched_has_its_name_no_more(nlm: Nlm, tmp_path: Path) -> None:
    bring(nlm, tmp_path)
    (tmp_path / B).write_bytes(DATA[B][:HALF])
    nlm.odd[B] = always(status(404))
    assert list(bring(nlm, tmp_path, verify=True).failed) == [B]
    assert there(tmp_path) == with_md5(A, C)


def test_a_file_that_somebody_else_fetched_is_compared_once(nlm: Nlm, tmp_path: Path) -> None:
    (tmp_path / A).write_bytes(DATA[A])
    (tmp_path / B).write_bytes(DATA[B][:HALF])
    report = bring(nlm, tmp_path)
    assert (report.kept, sorted(report.fetched)) == ([A], [B, C])
    assert nlm.ranges(A) == []
    assert nlm.ranges(B) == [REST]
    assert there(tmp_path) == with_md5(A, B, C)


@pytest.mark.parametrize(
    ("content", "ranges"),
    [
        (DATA[A][:HALF], [REST]),
        (DATA[A], []),
        (DATA[A] + b"more", [f"bytes={SIZE + 4}-", ""]),
        (DATA[B], [f"bytes={SIZE}-", ""]),
        (DATA[B][:HALF], [REST, ""]),
        (b"", [""]),
    ],
)
def test_a_part_of_an_earlier_run_is_gone_on_with(nlm: Nlm, tmp_path: Path, content: bytes, ranges: list[str]) -> None:
    (tmp_path / f".{A}.part").write_bytes(content)
    assert A in bring(nlm, tmp_path).fetched
    assert (tmp_path / A).read_bytes() == DATA[A]
    assert nlm.ranges(A) == ranges


def test_what_an_interrupt_leaves_is_gone_on_with(nlm: Nlm, tmp_path: Path) -> None:
    nlm.odd[A] = once(stalls)

    def interrupted(report: Report) -> None:
        if report.bytes >= 2 * 65536:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(nlm, tmp_path, parallel=1, told=interrupted)
    assert there(tmp_path) == []
    assert parts(tmp_path) == [f".{A}.part"]
    assert sorted(bring(nlm, tmp_path).fetched) == [A, B, C]
    assert nlm.ranges(A) == ["", f"bytes={2 * 65536}-"]


def test_two_runs_do_not_mix(nlm: Nlm, tmp_path: Path) -> None:
    met = []

    def again(report: Report) -> None:
        if not met:
            with pytest.raises(UsageError, match="another run") as error:
                bring(nlm, tmp_path)
            met.append(error)

    assert sorted(bring(nlm, tmp_path, told=again).fetched) == [A, B, C]
    assert met


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a system without a disk that is always full")
def test_a_full_disk_is_told(nlm: Nlm, tmp_path: Path) -> None:
    (tmp_path / f".{B}.part").symlink_to("/dev/full")
    with pytest.raises(NanocartError, match=r"the disk is full .*make room"):
        bring(nlm, tmp_path)
    assert B not in there(tmp_path)


# The listing.


def test_names_and_sizes_of_a_listing() -> None:
    page = """<pre><a href="?C=S;O=A">Size</a> <hr><a href="/pubmed/">Parent Directory</a>       -
    <a href="README.txt">README.txt</a>                2026-01-10 12:00  5.2K
    <a href="pubmed26n1335.xml.gz">pubmed26n1335.xml.gz</a>      2026-01-11 14:05  5.5K
    <a href="pubmed26n1335.xml.gz.md5">pubmed26n1335.xml.gz.md5</a>  2026-01-11 14:05   60
    <a href="pubmed26n1334.xml.gz">pubmed26n1334.xml.gz</a>      2026-01-11 14:05   19M
    <a href="pubmed26n1336.xml.gz">pubmed26n1336.xml.gz</a>
    <hr></pre>"""
    files, refused = listed(page)
    assert files == [
        Listed("pubmed26n1334.xml.gz", 19 * 1024 * 1024),
        Listed("pubmed26n1335.xml.gz", 5_632),
        Listed("pubmed26n1336.xml.gz", 0),
    ]
    assert refused == []


@pytest.mark.parametrize(
    "link",
    [
        "../../pubmed26n0009.xml.gz",
        "/etc/pubmed26n0009.xml.gz",
        "..\\pubmed26n0009.xml.gz",
        "sub/pubmed26n0009.xml.gz.md5",
        "http://example.org/pubmed26n0009.xml.gz",
        "pubmed26n0009%2f..%2fx.xml.gz",
        "pubmed26n٠٠٠٩.xml.gz",
        ".xml.gz",
        "other.xml.gz",
    ],
)
def test_other_names_are_refused(nlm: Nlm, tmp_path: Path, link: str) -> None:
    nlm.links = [link, "README.txt"]
    report = bring(nlm, tmp_path / "dump")
    assert report.refused == [link]
    assert sorted(report.fetched) == [A, B, C]
    assert there(tmp_path) == ["dump"]
    assert {name for name, _ in nlm.asked} == {"", *with_md5(A, B, C)}


@pytest.mark.parametrize(
    ("kind", "options", "why"),
    [
        ("weekly", {}, "no 'weekly'"),
        ("updates", {"url": "ftp://ftp.ncbi.nlm.nih.gov/pubmed/"}, "cannot be fetched from"),
        ("updates", {"url": "https://"}, "cannot be fetched from"),
        ("updates", {"url": "http://[oops/"}, "cannot be fetched from"),
        ("updates", {"parallel": 0}, "from 1 to"),
        ("updates", {"parallel": MOST_PARALLEL + 1}, "from 1 to"),
    ],
)
def test_wrong_options(tmp_path: Path, kind: Any, options: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        fetch(kind, tmp_path / "dump", **QUICK | options)
    assert there(tmp_path) == []


def test_a_listing_that_cannot_be_had(nlm: Nlm, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="404"):
        fetch("baseline", tmp_path, url=nlm.url, **QUICK)
    with pytest.raises(SourceError, match=r"cannot be reached.*4 times"):
        fetch("baseline", tmp_path, url="http://127.0.0.1:9/", **QUICK)
    nlm.files.clear()
    with pytest.raises(SourceError, match="lists no files"):
        bring(nlm, tmp_path)


def test_a_listing_that_breaks_off_is_had_anew(nlm: Nlm, tmp_path: Path) -> None:
    nlm.odd[""] = once(lambda handler, data: handler.answer(200, data[:400], length=len(data)))
    assert bring(nlm, tmp_path).files == 3
    assert nlm.ranges("") == ["", ""]


def test_a_listing_may_come_in_chunks(nlm: Nlm, tmp_path: Path) -> None:
    def chunked(handler: Handler, data: bytes, number: int) -> bool:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) + (b"0\r\n\r\n" if number else b""))
        handler.close_connection = True  # the first time before the end was told
        return True

    nlm.odd[""] = chunked
    assert bring(nlm, tmp_path).files == 3
    assert nlm.ranges("") == ["", ""]


def test_a_plan_changes_nothing(nlm: Nlm, tmp_path: Path) -> None:
    assert plan("updates", tmp_path / "none", url=nlm.url).missing == [Listed(name, SIZE) for name in (A, B, C)]
    assert there(tmp_path) == []
    bring(nlm, tmp_path)
    (tmp_path / B).rename(tmp_path / f".{B}.part")
    os.truncate(tmp_path / f".{B}.part", HALF)
    found = plan("updates", tmp_path, url=nlm.url)
    assert (found.kept, found.missing) == ([A, C], [Listed(B, SIZE - HALF)])

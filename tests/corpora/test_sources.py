"""Opening inputs: what is found, in which order, and what every kind of damage says."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import tarfile
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from nanocart.corpora.sources import Source, expand, open_sources
from nanocart.errors import SourceError

TEXT = b"LNPs carry mRNA.\n" * 2000


def contents(*inputs, stdin=None):
    """Name to content, or to the error's reason: of the source itself or of reading it."""
    found = {}
    for one in open_sources(inputs, stdin=stdin):
        if isinstance(one, SourceError):
            found[one.source] = one.reason
            continue
        try:
            found[one.name] = one.stream.read()
        except SourceError as error:
            found[error.source] = error.reason
    return found


def tar(members, mode="w:"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_folder_is_walked_in_order_without_hidden_files(tmp_path):
    for name in ("b.txt", "a/2.txt", "a/1.txt", ".hidden", ".git/config", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    names = [os.path.relpath(str(one), tmp_path) for one in expand([tmp_path])]
    assert names == ["a/1.txt", "a/2.txt", "b.txt", "c.txt"]


def test_globs_match_files_and_folders_and_keep_the_order_given(tmp_path):
    for name in ("x1.xml", "x2.xml", "y/z.xml", "y/deep/w.xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    names = [os.path.relpath(str(one), tmp_path) for one in expand([tmp_path / "y", tmp_path / "x*.xml"])]
    assert names == ["y/deep/w.xml", "y/z.xml", "x1.xml", "x2.xml"]
    deep = [os.path.relpath(str(one), tmp_path) for one in expand([str(tmp_path / "**" / "*.xml")])]
    assert deep == ["x1.xml", "x2.xml", "y/deep/w.xml", "y/z.xml"]


def test_a_file_whose_name_looks_like_a_glob_is_itself(tmp_path):
    path = tmp_path / "a[1].txt"
    path.write_bytes(b"x")
    assert list(expand([path])) == [str(path)]


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.txt", bytes),
        ("a.gz", gzip.compress),
        ("multi.gz", lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:])),
        ("a.xz", lzma.compress),
        ("multi.xz", lambda data: lzma.compress(data[:100]) + lzma.compress(data[100:])),
        ("a.zst", zstandard.compress),
        ("multi.zst", lambda data: zstandard.compress(data[:100]) + zstandard.compress(data[100:])),
        ("twice", lambda data: gzip.compress(lzma.compress(data))),
        ("misnamed.xz", gzip.compress),
    ],
)
def test_compression_is_recognised_by_content(tmp_path, name, pack):
    path = tmp_path / name
    path.write_bytes(pack(TEXT))
    assert contents(path) == {str(path): TEXT}


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:xz"])
def test_archive_members_are_sources(tmp_path, mode):
    path = tmp_path / "a.tar"
    members = {"x/1.txt": b"one", "x/._1.txt": b"Apple's", ".hid/2.txt": b"no", "./3.xml.gz": gzip.compress(b"three")}
    path.write_bytes(tar(members, mode))
    assert contents(path) == {f"{path}!x/1.txt": b"one", f"{path}!3.xml.gz": b"three"}


def test_zstd_archive(tmp_path):
    path = tmp_path / "a.tar.zst"
    path.write_bytes(zstandard.compress(tar({"1": b"one", "2": b"two"})))
    assert contents(path) == {f"{path}!1": b"one", f"{path}!2": b"two"}


def test_a_member_may_be_left_unread(tmp_path):
    path = tmp_path / "a.tar.gz"
    path.write_bytes(tar({"1": TEXT * 20, "2": b"two"}, "w:gz"))
    read = [one.stream.read(3) for one in open_sources([path]) if isinstance(one, Source)]
    assert read == [b"LNP", b"two"]


def test_standard_input_is_binary_and_decompressed():
    assert contents("-", stdin=io.BytesIO(gzip.compress(TEXT))) == {"-": TEXT}


def test_a_slow_pipe_still_shows_its_head():
    class Slow(io.BytesIO):
        def read1(self, size=-1):
            return super().read(1)

    assert [one.stream.peek(8192)[:8192] for one in open_sources(["-"], stdin=Slow(TEXT))] == [TEXT[:8192]]
    assert contents("-", stdin=Slow(gzip.compress(TEXT))) == {"-": TEXT}


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("d/a.XML.gz", ".xml"), ("a.tar.xz!m/b.json", ".json"), ("a.txt", ".txt"), ("-", ""), ("d.x/README", "")],
)
def test_suffix(name, suffix):
    assert Source(name, io.BufferedReader(io.BytesIO())).suffix == suffix


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress])
def test_truncated_compression_gives_what_is_there_and_then_an_error(tmp_path, pack):
    noise = b"".join(i.to_bytes(4, "big") for i in range(200_000))
    path = tmp_path / "cut"
    packed = pack(noise)
    path.write_bytes(packed[: len(packed) * 3 // 4])
    source = next(opened := open_sources([path]))
    assert source.stream.read(1000) == noise[:1000]
    with pytest.raises(SourceError, match="cut off") as caught:
        while source.stream.read(1 << 16):
            pass
    assert next(opened, None) is None
    assert caught.value.source == str(path)
    assert caught.value.where.startswith("byte ")
    assert caught.value.hint


@pytest.mark.parametrize("size", [5, 12])
def test_gzip_cut_in_its_header_does_not_stop_the_next_input(tmp_path, size):
    cut, good = tmp_path / "cut.gz", tmp_path / "good"
    cut.write_bytes(gzip.compress(b"")[:size])
    good.write_bytes(b"fine")
    found = contents(cut, good)
    assert "cut off" in found[str(cut)]
    assert found[str(good)] == b"fine"


def test_damaged_gzip(tmp_path):
    path = tmp_path / "bad.gz"
    packed = bytearray(gzip.compress(os.urandom(50_000)))
    packed[20_000:20_100] = bytes(100)
    path.write_bytes(packed)
    assert "is damaged" in contents(path)[str(path)]


def test_truncated_archive_yields_its_first_members(tmp_path):
    path = tmp_path / "a.tar.gz"
    whole = tar({"1": b"one", "2": os.urandom(100_000)}, "w:gz")
    path.write_bytes(whole[: len(whole) // 2])
    found = contents(path)
    assert found[f"{path}!1"] == b"one"
    assert "cut off" in found[str(path)]


@pytest.mark.parametrize("data", [b"", gzip.compress(b""), lzma.compress(b""), zstandard.compress(b"")])
def test_empty_file(tmp_path, data):
    path = tmp_path / "empty"
    path.write_bytes(data)
    assert contents(path) == {str(path): "is empty"}


def test_missing_unreadable_and_barren_inputs_each_say_why(tmp_path, monkeypatch):
    barren = tmp_path / "barren"
    (barren / ".git").mkdir(parents=True)
    (barren / ".git" / "config").write_bytes(b"x")
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    archive = tmp_path / "a.tar"
    archive.write_bytes(tar({".x": b""}))
    zipped = tmp_path / "a.zip"
    zipped.write_bytes(b"PK\x03\x04rest")
    locked = tmp_path / "locked"
    locked.write_bytes(b"x")
    real = Path.open

    def refuse(self, *args, **kwargs):  # the tests may run as root, whom no permission stops
        if self.name == "locked":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    found = contents(tmp_path / "missing", barren, dangling, archive, zipped, locked, tmp_path / "*.none")
    reasons = list(found.values())
    assert reasons == [
        "no such file or folder",
        "the folder holds no files",
        "cannot be read: No such file or directory",
        "the archive holds no files",
        "is a zip archive",
        "cannot be read: Permission denied",
        "no file matches",
    ]


def test_an_endlessly_nested_archive_is_given_up(tmp_path):
    data = b"x"
    for _ in range(6):
        data = gzip.compress(data)
    path = tmp_path / "onion.gz"
    path.write_bytes(data)
    assert "packed more than" in contents(path)[str(path)]


@pytest.mark.parametrize("suffix", ["gz", "xz", "zst", "tar.gz"])
def test_memory_does_not_grow_with_the_input(tmp_path, suffix):
    path = tmp_path / f"big.{suffix}"
    pack = {
        "gz": lambda data: gzip.compress(data, 1),
        "xz": lambda data: lzma.compress(data, preset=0),
        "zst": zstandard.compress,
        "tar.gz": lambda data: gzip.compress(tar({str(i): data[: 8 << 20] for i in range(8)}), 1),
    }
    path.write_bytes(pack[suffix](bytes(64 << 20)))
    tracemalloc.start()
    total = 0
    for source in open_sources([path]):
        assert isinstance(source, Source)
        while part := source.stream.read(1 << 16):
            total += len(part)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 64 << 20
    assert peak < 30 << 20

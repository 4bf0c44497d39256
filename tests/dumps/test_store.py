"""Files of a result folder: whole, or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanocart.dumps.store import Store


@pytest.fixture(params=["folder", "object store"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A folder, and one that is written to as object stores are."""
    found = Store(tmp_path)
    if request.param == "object store":
        found.local = None
        (tmp_path / "parts").mkdir()
    return found


@pytest.mark.parametrize("name", ["parts/a.jsonl.zst", "parts/a.json.gz", "parts/a.parquet"])
def test_what_is_read_is_what_was_written(store: Store, name: str) -> None:
    store.write(name, b"first")
    store.write(name, b"x" * 3000)
    assert store.read(name) == b"x" * 3000
    assert store.has(name)
    assert store.names("parts") == [Path(name).name]
    store.remove(name)
    store.remove(name)
    assert not store.has(name)
    with pytest.raises(FileNotFoundError):
        store.read(name)


def test_names_of_a_folder_that_is_not_there(store: Store) -> None:
    assert store.names("nowhere") == []


def test_what_was_half_written_is_no_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir(exist_ok=True)
    half = tmp_path / "parts" / ".a.json.17.part"
    half.write_text("x")
    assert store.names("parts") == []
    Store(tmp_path).tidy()
    assert not half.exists()

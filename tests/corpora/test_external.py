"""Corpora of others: read from small archives of our own, and from the real ones where they are."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from nanocart.corpora.external import EXTERNAL, load
from nanocart.errors import SourceError, UsageError
from nanocart.schema import LABELS

PUBTATOR = (
    "1|t|Lupus in mice.\n1|a|Zeal eased lupus.\n1\t0\t5\tLupus\tDisease\tD1\n1\t15\t19\tZeal\tChemical\tC1\n"
    "1\t26\t31\tlupus\tDisease\tD1\n\n"
)
IOB = "T\tB-Cell\ncells\tI-Cell\nkill\tO\nlymphoma\tB-Cancer\n.\tO\n"


def archive(folder: Path, name: str, **members: str) -> None:
    (folder / "corpora").mkdir(exist_ok=True)
    with tarfile.open(folder / "corpora" / f"{name}.tar.xz", "w:xz") as tar:
        for path, content in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(content.encode())
            tar.addfile(info, io.BytesIO(content.encode()))


def test_labels_are_mapped_and_the_others_kept_apart(tmp_path: Path) -> None:
    archive(tmp_path, "aioner_pubtator", **{"./BC5CDR_Test.PubTator": PUBTATOR, "./BC5CDR_TrainDev.PubTator": ""})
    [one] = load("bc5cdr", folder=tmp_path)
    assert [(m.label, m.text) for m in one.entities] == [("DISEASE", "Lupus"), ("DISEASE", "lupus")]
    assert [m["text"] for m in one.extra["foreign"]["entities"]] == ["Zeal"]


def test_tagged_columns(tmp_path: Path) -> None:
    archive(tmp_path, "mtl_iob", **{"./BioNLP13CG-IOB/devel.tsv": IOB, "./BioNLP13CG-IOB/test.tsv": IOB})
    [one] = load("bionlp13cg", "devel", tmp_path)
    assert [(m.label, m.text) for m in one.entities] == [("CELL_TYPE", "T cells"), ("DISEASE", "lymphoma")]


def test_what_there_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NANOCART_DATA", raising=False)
    with pytest.raises(UsageError, match="no external corpus 'craft'"):
        load("craft")
    with pytest.raises(UsageError, match="no split 'dev'"):
        load("bc5cdr", "dev", tmp_path)
    with pytest.raises(UsageError, match="set NANOCART_DATA"):
        load("bc5cdr")
    with pytest.raises(SourceError, match=r"aioner_pubtator\.tar\.xz"):
        load("bc5cdr", folder=tmp_path)
    archive(tmp_path, "aioner_pubtator", **{"./other.txt": "x"})
    with pytest.raises(SourceError, match="no such file"):
        load("bc5cdr", folder=tmp_path)


def test_every_corpus_says_what_it_is() -> None:
    for one in EXTERNAL.values():
        assert set(one.labels.values()) <= set(LABELS)
        assert one.differs
        assert one.title


# Sizes as published: 500 test documents of BC5CDR, 100 of NCBI disease, 1,011 trials of PICO.
@pytest.mark.data
@pytest.mark.parametrize(("name", "documents"), [("bc5cdr", 500), ("ncbi-disease", 100), ("pico", 1011)])
def test_the_real_ones_have_their_published_size(name: str, documents: int) -> None:
    if not os.environ.get("NANOCART_DATA"):
        pytest.skip("NANOCART_DATA names no folder")
    assert len(load(name)) == documents

"""Public corpora of others, read with their labels mapped to ours where that can be said honestly.

They are not shipped: the folder that holds their archives (as `corpora/NAME.tar.xz`) is named by the reader, by default
through `NANOCART_DATA`.

>>> sorted(EXTERNAL)[:3]
['bc5cdr', 'bionlp13cg', 'jnlpba']
"""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from nanocart.corpora import brat, iob, pubtator
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document


@dataclass(frozen=True, slots=True)
class External:
    """A corpus of others: where its splits lie (archive, pattern of member names), and what its labels are to us.

    `differs` says in what its annotation differs from ours, `overlaps` which documents it shares with others.
    """

    title: str
    archive: str
    splits: Mapping[str, str]
    labels: Mapping[str, str]
    differs: str
    overlaps: str = ""


EXTERNAL: Final[Mapping[str, External]] = {
    "bc5cdr": External(
        "BC5CDR (Li et al. 2016)",
        "aioner_pubtator",
        {"train": r"BC5CDR_TrainDev\.PubTator$", "test": r"BC5CDR_Test\.PubTator$"},
        {"Disease": "DISEASE"},
        "adverse effects and symptoms are diseases there, outcomes here; course and severity stay out of our spans",
        "documents occur in BioRED, in both splits",
    ),
    "ncbi-disease": External(
        "NCBI disease corpus (Dogan et al. 2014)",
        "aioner_pubtator",
        {"train": r"NCBIdisease_TrainDev\.PubTator$", "test": r"NCBIdisease_Test\.PubTator$"},
        dict.fromkeys(("SpecificDisease", "DiseaseClass", "Modifier", "CompositeMention"), "DISEASE"),
        "modifiers and disease classes are annotated there, course words stay out here",
        "documents occur in BioRED, in both splits",
    ),
    "bionlp13cg": External(
        "BioNLP 2013 Cancer Genetics (Pyysalo et al. 2013)",
        "mtl_iob",
        {name: rf"BioNLP13CG-IOB/{name}\.tsv$" for name in ("train", "devel", "test")},
        {"Cell": "CELL_TYPE", "Cancer": "DISEASE"},
        "cell lines are cells there, and 'tumor' is a cancer; neither is annotated here",
        "its test split is within AnatEM's; the file has no document boundaries, ten sentences are taken as one",
    ),
    "jnlpba": External(
        "JNLPBA (Kim et al. 2004)",
        "mtl_iob",
        {"devel": r"JNLPBA/devel\.tsv$", "test": r"JNLPBA/test\.tsv$"},
        {"cell_type": "CELL_TYPE"},
        "modifiers of every kind are in its spans; ten sentences are taken as a document",
    ),
    "pico": External(
        "PICO corpus of breast-cancer trials (Mutinda et al. 2022)",
        "pico_breast_cancer_rct_brat",
        {"all": r"\.(?:txt|ann)$"},
        {"outcome": "OUTCOME", "outcome-Measure": "OUTCOME"},
        "an outcome is marked there where its result is reported, in its whole wording; time and place belong to it",
    ),
}
"""The corpora by name."""


def load(name: str, split: str | None = None, folder: str | os.PathLike[str] | None = None) -> list[Document]:
    """The documents of a corpus with the mentions that map to our types; the others are in `extra["foreign"]`.

    Raises `UsageError` where there is no such corpus or split, or no folder, `SourceError` where its archive is missing
    or cannot be read.
    """
    if name not in EXTERNAL:
        raise UsageError(f"there is no external corpus {name!r}", hint=f"one of: {', '.join(EXTERNAL)}")
    corpus = EXTERNAL[name]
    split = split or list(corpus.splits)[-1]
    if split not in corpus.splits:
        raise UsageError(f"the corpus {name!r} has no split {split!r}", hint=f"one of: {', '.join(corpus.splits)}")
    where = folder or os.environ.get("NANOCART_DATA")
    if not where:
        raise UsageError(f"the corpus {name!r} is not shipped", hint="set NANOCART_DATA to the folder that has it")
    path = Path(where) / "corpora" / f"{corpus.archive}.tar.xz"
    if not path.is_file():
        raise SourceError("no such file", source=str(path), hint=f"it holds {corpus.title}")
    return [one for one in _read(corpus, path, corpus.splits[split]) if isinstance(one, Document)]


def _read(corpus: External, path: Path, pattern: str) -> Iterator[Document | RecordError]:
    members = list(_members(path, pattern))
    if not members:
        raise SourceError("the archive has no such file", source=str(path), hint=f"it should match {pattern}")
    if corpus.archive.endswith("_brat"):
        yield from brat.read_members(members, str(path), labels=corpus.labels)
        return
    for name, content in members:
        stream: BinaryIO = io.BytesIO(content)
        read = iob.read if name.endswith(".tsv") else pubtator.read
        yield from read(stream, f"{path}!{name}", labels=corpus.labels)


def _members(path: Path, pattern: str) -> Iterable[tuple[str, bytes]]:
    with tarfile.open(path) as tar:
        for member in tar:
            stream = tar.extractfile(member) if re.search(pattern, member.name) else None
            if stream is not None:
                yield member.name, stream.read()

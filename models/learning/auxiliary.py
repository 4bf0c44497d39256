"""Public corpora as auxiliary tasks: each by its own labels, less every document that stands in some test split.

>>> sorted(TASKS)[:3]
['anatem', 'bc5cdr', 'biored']
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nanocart.corpora import iob, pubtator
from nanocart.corpora.foreign import foreign_of
from nanocart.corpora.heldout import HeldOut
from nanocart.errors import SourceError, UsageError
from nanocart.schema import Document


@dataclass(frozen=True, slots=True)
class Task:
    """Where a corpus lies (archive, names of the training files in it) and the labels that are learnt from it.

    `labels` gives the tag for each label of the corpus; labels that it does not name are left out.
    """

    archive: str
    files: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def tags(self) -> tuple[str, ...]:
        """The labels that are learnt, each once."""
        return tuple(dict.fromkeys(self.labels.values()))


def _same(*labels: str) -> dict[str, str]:
    return {one: one for one in labels}


TASKS: Final[Mapping[str, Task]] = {
    "anatem": Task("mtl_iob", ("AnatEM-IOB/train.tsv", "AnatEM-IOB/devel.tsv"), _same("Anatomy")),
    "bc5cdr": Task("aioner_pubtator", ("BC5CDR_TrainDev.PubTator",), _same("Disease", "Chemical")),
    "biored": Task(
        "aioner_pubtator", ("BioRED_TrainDev.PubTator",), _same("Gene", "Disease", "Chemical", "CellLine")
    ),
    "bionlp13cg": Task(
        "mtl_iob",
        ("BioNLP13CG-IOB/train.tsv", "BioNLP13CG-IOB/devel.tsv"),
        _same(
            "Amino_acid", "Anatomical_system", "Cancer", "Cell", "Cellular_component",
            "Developing_anatomical_structure", "Gene_or_gene_product", "Immaterial_anatomical_entity",
            "Multi-tissue_structure", "Organ", "Organism",
            "Organism_subdivision", "Organism_substance", "Pathological_formation", "Simple_chemical", "Tissue",
        ),
    ),
    "craft-cell": Task("mtl_iob", ("CRAFT-cell-IOB/train.tsv", "CRAFT-cell-IOB/devel.tsv"), _same("CL")),
    "ncbi-disease": Task(
        "aioner_pubtator",
        ("NCBIdisease_TrainDev.PubTator",),
        dict.fromkeys(("SpecificDisease", "DiseaseClass", "Modifier", "CompositeMention"), "Disease"),
    ),
}  # fmt: skip
"""The tasks by name."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with labelled spans: start, end and label."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def documents(name: str, folder: str | Path, held: HeldOut) -> list[Marked]:
    """The training documents of a task, less those that are held out.

    Raises `UsageError` where there is no such task, `SourceError` where its archive is missing.
    """
    if name not in TASKS:
        raise UsageError(f"there is no auxiliary task {name!r}", hint=f"one of: {', '.join(TASKS)}")
    task = TASKS[name]
    path = Path(folder) / "corpora" / f"{task.archive}.tar.xz"
    if not path.is_file():
        raise SourceError("no such file", source=str(path), hint="leave its tasks out of data.auxiliary")
    found: list[Document] = []
    with tarfile.open(path) as tar:
        for member in task.files:
            stream = tar.extractfile(member)
            if stream is None:
                raise SourceError("the archive has no such file", source=f"{path}!{member}")
            read = iob.read if member.endswith(".tsv") else pubtator.read
            content = read(io.BytesIO(stream.read()), f"{path}!{member}", labels={})
            found += [one for one in content if isinstance(one, Document)]
    kept = (one for one in found if not held.has({"pmid": one.id}, one.text))
    return [Marked(one.text, tuple(_spans(one, task.labels))) for one in kept]


def _spans(document: Document, labels: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    for one in foreign_of(document)["entities"]:
        # A mention in pieces is no run of words.
        if one["label"] in labels and "spans" not in one:
            yield one["start"], one["end"], labels[one["label"]]

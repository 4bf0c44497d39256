"""Folders of hand-made mark-up, and texts and stand-off annotations of the same documents."""

from __future__ import annotations

import json
from pathlib import Path

from nanocart.corpora.markup import read
from nanocart.corpora.standoff import dehydrate

MARKED = """id: {id}
pmid: {id}
---
Particles in mice, study {id}.
[[LNPs|NANOPARTICLE n =lnp]] carried [[siRNA|CARGO c =r]] and cut [[fibrosis|OUTCOME o =f response decreased affirmed]].
---
CARRIES n c
RESULTS_IN n o
FINDING outcome=o nanoparticle=n cargo=c direction=decreased
STUDY kind=primary setting=animal in_scope=yes
"""


def edited(folder: str, *ids: str, change: tuple[str, str] = ("", "")) -> Path:
    """A folder of mark-up files."""
    Path(folder).mkdir(exist_ok=True)
    for id_ in ids:
        text = MARKED.format(id=id_)
        Path(folder, f"{id_}.txt").write_text(text.replace(*change) if change[0] else text, "utf-8")
    return Path(folder)


def texts(path: str, *ids: str) -> None:
    lines = []
    for id_ in ids:
        document = read(MARKED.format(id=id_))
        lines.append(json.dumps({"pmid": id_, "title": document.title, "abstract": document.abstract}))
    Path(path).write_text("\n".join(lines) + "\n", "utf-8")


def standoff(path: str, *ids: str) -> None:
    lines = [json.dumps({**dehydrate(read(MARKED.format(id=id_))), "split": "dev"}) for id_ in ids]
    Path(path).write_text("\n".join(lines) + "\n", "utf-8")

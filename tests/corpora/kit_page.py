"""The annotation page as the tests see it: its parts, and a document that is hard on it."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from importlib.resources import files

from nanocart.schema import Document, Mention, StudyFacts

HUMAN = files("nanocart.corpora") / "human"
TEMPLATE = (HUMAN / "annotate.html").read_text("utf-8")
LOGIC = TEMPLATE.split('<script id="logic">')[1].split("</script>")[0]
NODE = shutil.which("node")

TITLE = "γδ 🧬 CAR-T cells: </script><!-- and <b>"
TEXT = (
    f"{TITLE}\nLipid nanoparticles (LNPs) with 𝛾-coated CAR mRNA reduced tumour growth by 40% at day 7. "
    "The LNPs lasted. CAR T cells e\u0301tc. caused no CRS (2 of 9; 22%)."
)
MARKED = Document(
    "10.1/a",
    TITLE,
    TEXT,
    metadata={"pmid": "777", "secret": "unblinded"},
    entities=(Mention("n1", *(span := (TEXT.index("LNPs"), TEXT.index("LNPs") + 4)), "NANOPARTICLE", "LNPs"),),
    study=StudyFacts(kind="primary"),
)


class Scripts(HTMLParser):
    """The content of every script element by its id, as a browser would cut it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = dict(attrs).get("id") or "page" if tag == "script" else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[self.inside] = self.found.get(self.inside, "") + data


def scripts(html: str) -> dict[str, str]:
    parser = Scripts()
    parser.feed(html)
    return parser.found

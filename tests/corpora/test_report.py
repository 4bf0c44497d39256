"""The page of counts: the same for the same documents, whatever Python's hashes are."""

from __future__ import annotations

from nanocart.corpora.report import page
from nanocart.schema import Document, Mention


def test_concepts_of_one_count_are_sorted_by_name_before_the_list_is_cut() -> None:
    names = [f"particle{letter}" for letter in "tsrqponmlkjihgfedcba"]
    text = " ".join(names)
    mentions = tuple(
        Mention(f"e{at}", start, start + len(name), "NANOPARTICLE", name)
        for at, name in enumerate(names)
        for start in [text.index(name)]
    )
    [line] = [one for one in page([Document.of("1", "", text, entities=mentions)]).splitlines() if one.startswith("- ")]
    assert line == "- NANOPARTICLE: " + ", ".join(f"{name} (1)" for name in sorted(names)[:15])

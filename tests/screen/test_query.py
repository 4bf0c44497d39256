"""What a screen asks for: the compared form, terms, groups, files of terms."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.errors import UsageError
from nanocart.screen.normal import normal, words
from nanocart.screen.query import PRESETS, Query, parse, preset, read


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("CAR-T cells", " car t cells "),
        ("CAR\u00a0T\ncells", " car t cells "),
        ("CAR\u2011T (cells)", " car t cells "),
        ("nano\u00adparticles", " nanoparticles "),
        ("ＣＡＲ－Ｔ", " car t "),
        ("ﬁbrosis, CD8⁺", " fibrosis cd8 "),
        ("TGF-Β and µm", " tgf β and μm "),
        ("na\u0308ive and n\u00e4ive", " näive and näive "),
        ("snake_case", " snake case "),
        ("", " "),
        ("– !", " "),
    ],
)
def test_the_compared_form(text: str, form: str) -> None:
    assert normal(text) == form
    assert words(text) == form.split()


UNSEEN = "\u00ad\u200b\u2060"


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@given(
    st.text(
        st.one_of(
            st.characters(max_codepoint=0x2FF),
            st.sampled_from("aZ9_ -.=<\u0338\u0301\u00ad\u200b\u2060\u00a0\u1680ﬁ½…Σς"),
        )
    )
)
def test_words_are_those_of_the_whole_texts_form(text: str) -> None:
    # As Unicode and the module's docstring define it, over the whole text at once.
    form = unicodedata.normalize("NFKC", "".join(one for one in folded(text) if one not in UNSEEN))
    assert words(text) == re.findall(r"[^\W_]+", form.lower())


@pytest.mark.parametrize(
    ("term", "text", "holds"),
    [
        ("CAR T", "CAR-T cells", True),
        ("CAR T", "CAR\n  T", True),
        ("CAR T", "a scar, T cells", False),
        ("CAR T", "CAR therapy", False),
        ("CAR T*", "CAR therapy", True),
        ("liposom*", "Liposomal", True),
        ("liposom*", "proteoliposomes", False),
        ("β chain", "TCRΒ Β-chain", True),
        ("PD-L1", "PD L1", True),
        ("PD-L1", "PDL1", False),
    ],
)
def test_terms(term: str, text: str, holds: bool) -> None:
    assert Query({"a": (term,)}, "a").matches(text) is holds


def test_groups_are_joined_by_an_expression() -> None:
    query = Query({"a": ("x",), "b": ("y",), "c": ("z",)}, "a or (b and c)")
    assert [query.matches(text) for text in ("x", "y", "z", "y z", "x y", "")] == [
        True,
        False,
        False,
        True,
        True,
        False,
    ]


def test_a_file_of_terms(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("# mine\nCAR T  # and a remark\n\nexosom*\n", "utf-8")
    query = read(path)
    assert query.groups == {"terms": ("CAR T", "exosom*")}
    assert query.matches("Exosomes.")
    path.write_text("[a]\nx\n[b]\ny\n", "utf-8")
    assert read(path).expression == "a or b"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there are no terms"),
        ("[a\nx", r":1: '\[a' names no group"),
        ("[a b]\nx", "names no group"),
        ("[a]\n", "the group 'a' has no terms"),
        ("+++", "neither a letter nor a figure"),
        ("[a]\nx\nmatch: a and b", "there is no group 'b'"),
        ("[a]\nx\nmatch: a and (", "match: a and"),
        ("[a]\nx\nmatch: not a", "only 'and' and 'or'"),
        ("[a]\nx\nmatch: __import__('os')", "only 'and' and 'or'"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse(text, "mine.txt")
    with pytest.raises(UsageError, match=r"mine\.txt"):
        parse(text, "mine.txt")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "no.txt")


CAR = "CD19 CAR-T cells cured lymphoma."
LOADED = "Liposomes reached macrophages in mice."
GOLD = "Gold nanorods absorb light."


@pytest.mark.parametrize(
    ("name", "holds"),
    [("field", (True, True, False)), ("car", (True, False, False)), ("car-and-nano", (False, False, False))],
)
def test_presets(name: str, holds: tuple[bool, ...]) -> None:
    query = preset(name)
    assert tuple(map(query.matches, (CAR, LOADED, GOLD))) == holds
    assert query.matches(f"{CAR} {GOLD}")


def test_there_is_no_other_preset() -> None:
    assert set(PRESETS) == {"field", "car", "car-and-nano"}
    with pytest.raises(UsageError, match="no preset 'all'"):
        preset("all")

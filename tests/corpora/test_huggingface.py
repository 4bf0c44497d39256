"""Documents as a Hugging Face dataset, and its folder as the library reads it without a network."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from nanocart.corpora.huggingface import COLUMNS, export, from_hf, to_hf
from nanocart.errors import NanocartError, RecordError, UsageError
from nanocart.schema import (
    ASSERTIONS,
    CAR_MADE,
    CATEGORIES,
    DIRECTIONS,
    KINDS,
    LABELS,
    PARTICLE_ROLES,
    PHASES,
    QUALIFIER_KINDS,
    SETTINGS,
    SIGNATURES,
    Attributes,
    Document,
    Finding,
    Mention,
    Relation,
    StudyFacts,
)
from tests.strategies import documents

library = pytest.mark.skipif(find_spec("datasets") is None, reason='pip install "datasets>=3"')

TITLE = "γδ 🧬 CAR-T cells."
TEXT = f"{TITLE}\nβ-cyclodextrin 𝛾-NPs raised survival to 80% by day 7."


def mention(id: str, words: str, label: str, **rest: Any) -> Mention:
    start = TEXT.index(words)
    return Mention(id, start, start + len(words), label, words, **rest)


FULL = Document(
    "7",
    TITLE,
    TEXT,
    metadata={"year": 2026, "mesh": ["γ"], "doi": None},
    entities=(
        mention("e1", "CAR-T cells", "CELL_TYPE"),
        mention("e2", "β-cyclodextrin 𝛾-NPs", "NANOPARTICLE", cluster="c1"),
        mention("e3", "survival", "OUTCOME", attributes=Attributes("survival", "increased", "affirmed")),
        mention("e4", "80%", "VALUE"),
        mention("e5", "by day 7", "QUALIFIER", attributes=Attributes(kind="time")),
    ),
    relations=(Relation("r1", "RESULTS_IN", "e2", "e3", "speculated"),),
    findings=(
        Finding(
            "f1",
            "e3",
            nanoparticle=("e2",),
            direction="increased",
            value="e4",
            qualifier=("e5",),
            compared_with="e1",
            evidence=(len(TITLE) + 1, len(TEXT)),
        ),
    ),
    study=StudyFacts("primary", ("animal", "human"), "1", ("NCT00000000",), 12, ("in vivo",), ("images",), True, False),
    extra={"sha256": "ab", "stratum": "both"},
)
BARE = Document.of("8", "", "Nothing is said.")


def held(document: Document) -> Document:
    """What the format promises to hold of a document."""
    return replace(
        document,
        entities=tuple(
            replace(
                one, concept=None, confidence=None, why=None, extra={}, attributes=replace(one.attributes, extra={})
            )
            for one in document.entities
        ),
        relations=tuple(replace(one, confidence=None, why=None, extra={}) for one in document.relations),
        findings=tuple(replace(one, confidence=None, extra={}) for one in document.findings),
        study=replace(document.study, extra={}),
        extra={key: value for key, value in document.extra.items() if key in ("sha256", "stratum")},
    )


def row_of(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = to_hf({"train": [document]})["train"][0]
    return found


@library
def test_a_row() -> None:
    row = row_of(FULL)
    assert list(row) == list(COLUMNS)
    assert (row["id"], row["title"], row["text"]) == ("7", TITLE, TEXT)
    assert json.loads(row["metadata"]) == {"year": 2026, "mesh": ["γ"], "doi": None}
    assert row["entities"][2] == {
        "id": "e3",
        "start": TEXT.index("survival"),
        "end": TEXT.index("survival") + 8,
        "label": LABELS.index("OUTCOME"),
        "text": "survival",
        "cluster": None,
        "category": CATEGORIES.index("survival"),
        "direction": DIRECTIONS.index("increased"),
        "assertion": ASSERTIONS.index("affirmed"),
        "kind": None,
    }
    label, assertion = list(SIGNATURES).index("RESULTS_IN"), ASSERTIONS.index("speculated")
    assert row["relations"] == [{"id": "r1", "label": label, "head": "e2", "tail": "e3", "assertion": assertion}]
    assert row["findings"][0]["nanoparticle"] == ["e2"]
    assert row["findings"][0]["cargo"] == []
    assert TEXT[row["findings"][0]["evidence_start"] : row["findings"][0]["evidence_end"]] == TEXT.split("\n")[1]
    assert row["study"]["phase"] == PHASES.index("1")
    assert row["study"]["setting"] == [SETTINGS.index("animal"), SETTINGS.index("human")]
    assert (row["sha256"], row["stratum"]) == ("ab", "both")


@library
def test_what_is_not_said_is_null() -> None:
    row = row_of(BARE)
    assert [row["entities"], row["relations"], row["findings"]] == [[], [], []]
    assert row["study"] == {
        **dict.fromkeys(("kind", "phase", "n", "in_scope")),
        **{name: [] for name in ("setting", "registry", "car_made", "particle_role")},
        "retracted": False,
    }
    assert (row["sha256"], row["stratum"]) == (None, None)


@library
def test_offsets_are_code_points() -> None:
    assert all(TEXT[one["start"] : one["end"]] == one["text"] for one in row_of(FULL)["entities"])


def class_names(feature: Any, path: str = "") -> dict[str, list[str]]:
    """The class labels of features, by their path."""
    inner = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    if inner is not None:
        return class_names(inner, path)
    if isinstance(feature, Mapping):
        return {
            key: names for name, one in feature.items() for key, names in class_names(one, f"{path}/{name}").items()
        }
    return {path: feature.names} if hasattr(feature, "names") else {}


@library
@pytest.mark.parametrize("given", [[FULL], [BARE], []])
def test_class_labels_are_the_schemas_whatever_the_documents_hold(given: list[Document]) -> None:
    said = {"direction": DIRECTIONS, "assertion": ASSERTIONS}
    study = {"kind": KINDS, "setting": SETTINGS, "phase": PHASES, "car_made": CAR_MADE, "particle_role": PARTICLE_ROLES}
    expected = {
        "entities": {"label": LABELS, "category": CATEGORIES, "kind": QUALIFIER_KINDS, **said},
        "relations": {"label": SIGNATURES, "assertion": ASSERTIONS},
        "findings": said,
        "study": study,
    }
    assert class_names(to_hf({"train": given})["train"].features) == {
        f"/{column}/{name}": list(names) for column, inner in expected.items() for name, names in inner.items()
    }


@library
@pytest.mark.parametrize("document", [FULL, BARE])
def test_everything_that_the_format_holds_comes_back(document: Document) -> None:
    assert held(document) == document
    assert from_hf(row_of(document)) == document


@library
@given(documents())
def test_round_trip(document: Document) -> None:
    assert from_hf(row_of(document)) == held(document)


@library
def test_splits_and_documents_keep_their_order() -> None:
    found = to_hf({"test": [BARE, FULL], "dev": [FULL]})
    assert [(split, [row["id"] for row in rows]) for split, rows in found.items()] == [
        ("test", ["8", "7"]),
        ("dev", ["7"]),
    ]


@library
def test_a_hash_that_is_no_text_is_not_held() -> None:
    assert from_hf(row_of(replace(BARE, extra={"sha256": 7, "stratum": "both"}))).extra == {"stratum": "both"}


@library
def test_a_broken_document_is_named() -> None:
    broken = replace(FULL, text=TEXT.replace("survival", "Survival"))
    with pytest.raises(RecordError, match="record 7: e3 says 'survival'"):
        to_hf({"train": [BARE, broken]})


@library
def test_a_negative_class_label_is_null() -> None:
    row = row_of(FULL)
    row["study"] = row["study"] | {"kind": -1}
    assert from_hf(row).study.kind is None


@library
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"metadata": "{"}, "not a row of a nanocart dataset"),
        ({"study": {"kind": 0}}, "not a row of a nanocart dataset: KeyError"),
        ({"relations": [{"id": "r1", "label": 99, "head": "e2", "tail": "e3", "assertion": 0}]}, "IndexError"),
        ({"relations": [{"id": "r1", "label": -1, "head": "e2", "tail": "e3", "assertion": 0}]}, "label"),
        ({"text": TEXT[1:]}, "e1 says 'CAR-T cells'"),
    ],
)
def test_a_broken_row_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(RecordError, match=f"record 7: .*{said}"):
        from_hf(row_of(FULL) | change)


def test_a_row_without_a_column() -> None:
    with pytest.raises(RecordError, match="record 7: the row has no column 'study'"):
        from_hf({name: "7" for name in COLUMNS if name != "study"})


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UsageError, match='pip install "datasets>=3"'):
        to_hf({"train": [BARE]})
    with pytest.raises(UsageError, match='pip install "datasets>=3"'):
        export(tmp_path / "out", {"train": [BARE]}, name="Trial", summary="")
    assert list(tmp_path.iterdir()) == []


LOADING = """
import json, os, sys
os.environ.update(HF_HOME="cache", HF_DATASETS_OFFLINE="1", HF_HUB_OFFLINE="1", USE_TORCH="0")
import datasets
datasets.disable_progress_bars()
found = datasets.load_dataset("out")
print(json.dumps({split: [repr(rows.features), list(rows)] for split, rows in found.items()}))
assert "torch" not in sys.modules
"""


@library
def test_the_folder_loads_offline_and_without_torch(fresh_python: Callable[[str], str], tmp_path: Path) -> None:
    splits = {"dev": [FULL, BARE], "test": [BARE]}
    export(tmp_path / "out", splits, name='γδ: "Trial" # 1', summary="Invented: ---\n---\nfor the test.")
    found = json.loads(fresh_python(LOADING))
    assert found == {split: [repr(rows.features), list(rows)] for split, rows in to_hf(splits).items()}
    assert {split: [from_hf(row) for row in rows] for split, (_, rows) in found.items()} == splits


@library
def test_the_files_of_the_folder(tmp_path: Path) -> None:
    export(tmp_path / "new" / "out", {"dev": [FULL], "test": [BARE]}, name="Trial", summary="")
    files = sorted(str(one.relative_to(tmp_path / "new")) for one in tmp_path.rglob("*") if one.is_file())
    assert files == ["out/README.md", "out/data/dev-00000-of-00001.parquet", "out/data/test-00000-of-00001.parquet"]


@library
def test_parquet_names_the_class_labels_by_itself(tmp_path: Path) -> None:
    import datasets

    export(tmp_path / "out", {"dev": [FULL]}, name="Trial", summary="")
    path = tmp_path / "out" / "data" / "dev-00000-of-00001.parquet"
    found = datasets.Dataset.from_parquet(str(path), cache_dir=str(tmp_path / "cache"))
    assert found.features == to_hf({"dev": [FULL]})["dev"].features


@library
def test_the_card(tmp_path: Path) -> None:
    from huggingface_hub import DatasetCard

    summary = "Invented abstracts. Annotated by two models; human-verified: 0 of 2."
    export(tmp_path / "out", {"dev": [FULL, BARE], "test": [BARE]}, name="γδ Trial", summary=summary, shipped=True)
    text = (tmp_path / "out" / "README.md").read_text("utf-8")
    card = DatasetCard(text)
    assert card.data.pretty_name == "γδ Trial"
    assert (card.data.license, card.data.language) == ("other", ["en"])  # the texts are not ours
    assert card.data.size_categories == ["n<1K"]
    assert [one["num_examples"] for one in card.data.dataset_info["splits"]] == [2, 1]
    assert card.text.lstrip().startswith(f"# γδ Trial\n\n{summary}\n")
    for line in ("| documents | 2 | 1 |", "| OUTCOME | 1 | 0 |", "| CARGO | 0 | 0 |", "| RESULTS_IN | 1 | 0 |"):
        assert line in card.text
    assert "| findings | 1 | 0 |" in card.text
    assert all(f"| {column} | " in card.text for column in COLUMNS)
    assert f"| study.phase | {', '.join(PHASES)} |" in card.text


@library
def test_the_example_of_the_card_runs(
    fresh_python: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    export(tmp_path / "out", {"dev": [FULL]}, name="Trial", summary="")
    example = (tmp_path / "out" / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    assert fresh_python(example.replace("path/to/this/folder", "out") + "\nprint(row['id'])") == "7"


@pytest.mark.parametrize(
    ("splits", "said"),
    [
        ({}, "no split"),
        ({"train-1": [BARE]}, "cannot be called 'train-1'"),
        ({"": [BARE]}, "cannot be called ''"),
        ({"../up": [BARE]}, "cannot be called '../up'"),
        ({"all": [BARE]}, "cannot be called 'all'"),
        ({"dev": [BARE], "test": []}, "'test' has no documents"),
    ],
)
def test_what_could_not_be_loaded_is_not_written(splits: dict[str, list[Document]], said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        export(tmp_path / "out", splits, name="Trial", summary="")
    assert list(tmp_path.iterdir()) == []


@library
def test_a_folder_that_is_not_empty_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        export(tmp_path, {"dev": [BARE]}, name="Trial", summary="")
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


@library
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with pytest.raises(NanocartError, match="No space left on device"):
        export(tmp_path / "out", {"dev": [BARE]}, name="Trial", summary="")
    assert list(tmp_path.iterdir()) == []


@library
def test_no_licence_is_stated_for_the_documents_of_others(tmp_path: Path) -> None:
    export(tmp_path / "out", {"dev": [BARE]}, name="Trial", summary="")
    text = (tmp_path / "out" / "README.md").read_text("utf-8").lower()
    assert not any(word in text for word in ("license", "licence", "cc by"))

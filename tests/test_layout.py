"""The house: imports go one way, everything is packaged, nothing heavy loads by itself."""

from __future__ import annotations

import ast
import configparser
import json
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import nanocart

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"nlp": "nanocart", "models": "nanocart.models", "corpora": "nanocart.corpora", "eval": "nanocart.eval"}
HEAVY = ("torch", "transformers", "datasets", "ray", "matplotlib", "spacy", "scispacy", "pandas", "lxml", "sklearn")


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the tree by its import name."""
    for folder, package in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            inner = path.relative_to(ROOT / folder).with_suffix("").parts
            yield ".".join([package, *inner]).removesuffix(".__init__"), path


MODULES = dict(modules())


def imported(path: Path) -> set[str]:
    """What a module imports, wherever in it: functions and type checking included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {
                f"{node.module}.{one.name}" if f"{node.module}.{one.name}" in MODULES else str(node.module)
                for one in node.names
            }
    return found


def test_the_tree_is_seen() -> None:
    assert {
        "nanocart",
        "nanocart.schema",
        "nanocart.rules.view",
        "nanocart.corpora.markup",
        "nanocart.eval.counts",
    } <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_one_way(name: str) -> None:
    ours = {one for one in imported(MODULES[name]) if one.split(".")[0] in ("nanocart", *FOLDERS)}
    assert not [one for one in ours if one.split(".")[0] in FOLDERS], "a second copy of the package"

    def reaches(*packages: str) -> list[str]:
        return [one for one in ours if any(one == package or one.startswith(package + ".") for package in packages)]

    if name in ("nanocart.schema", "nanocart.text", "nanocart.errors", "nanocart.lexicon"):
        assert ours <= {"nanocart.schema", "nanocart.text", "nanocart.errors"}
    if name.startswith(("nanocart.eval.counts", "nanocart.eval.measures")):
        assert not reaches("nanocart.corpora")
    if name.startswith("nanocart.rules"):
        assert not reaches("nanocart.components", "nanocart.annotations", "nanocart.pipeline")
        assert not [one for one in imported(MODULES[name]) if one.split(".")[0] in ("spacy", "scispacy")]
    if name.startswith(
        ("nanocart.corpora", "nanocart.eval.counts", "nanocart.eval.measures", "nanocart.rules", "nanocart.components")
    ):
        assert not reaches("nanocart.models", "nanocart.pipeline")
    if name.startswith("nanocart.models"):
        assert not reaches("nanocart.pipeline")
    if not name.startswith("nanocart.cli"):
        assert not reaches("nanocart.cli")


def test_every_package_of_the_tree_is_installed() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    named = set(setup["options"]["packages"].split())
    assert named == {name for name, path in MODULES.items() if path.name == "__init__.py"}
    folders = {
        tuple(part.strip() for part in line.split("=")) for line in setup["options"]["package_dir"].strip().splitlines()
    }
    assert folders == {(package, folder) for folder, package in FOLDERS.items()}


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_short(name: str) -> None:
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= 400


def test_components_are_found_without_importing_nanocart() -> None:
    from nanocart.pipeline import COMPONENTS

    named = {one.name: one for one in entry_points(group="spacy_factories") if one.module.startswith("nanocart")}
    assert set(COMPONENTS) <= set(named)
    assert all(callable(one.load()) for one in named.values())
    assert [one.name for one in entry_points(group="spacy_tokenizers") if one.module == "nanocart.tokenizer"] == [
        "nanocart.Tokenizer.v1"
    ]


def loaded(fresh_python: Callable[[str], str], code: str, *names: str) -> list[str]:
    """Which of the modules are loaded once the code has run."""
    said = fresh_python(
        f"import sys, json\n{code}\nprint(json.dumps([one for one in {names!r} if one in sys.modules]))"
    )
    found: list[str] = json.loads(said)
    return found


def test_import_is_light(fresh_python: Callable[[str], str]) -> None:
    assert loaded(fresh_python, "import nanocart; nanocart.__version__, dir(nanocart)", *HEAVY) == []


def test_the_command_line_is_light(fresh_python: Callable[[str], str]) -> None:
    code = "import nanocart.cli.main"
    assert loaded(fresh_python, code, *HEAVY) == []


def test_the_pipeline_needs_neither_torch_nor_the_linker(fresh_python: Callable[[str], str]) -> None:
    wanted = ("torch", "transformers", "datasets", "ray", "scispacy.linking", "nmslib")
    only_the_model = ("scipy.special", "onnxruntime")
    # thinc, on which spaCy stands, imports torch wherever it is installed.
    before = loaded(fresh_python, "import spacy", *wanted)
    code = "import nanocart; list(nanocart.load({!r}).pipe(['LNPs (LN) carried CAR mRNA.']))"
    assert loaded(fresh_python, code.format("transformer"), *wanted) == before
    assert loaded(fresh_python, code.format("rules"), *wanted, *only_the_model) == before


def test_one_version() -> None:
    assert version("nanocart") == nanocart.__version__


def test_all_public_names_are_there() -> None:
    assert all(getattr(nanocart, name) for name in nanocart.__all__)
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        _ = nanocart.missing  # type: ignore[attr-defined]

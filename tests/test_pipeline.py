"""The pipeline as spaCy users meet it: one text or many, one process or two, on disk, in parts, on odd texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

import nanocart
from nanocart.errors import LexiconError, UsageError
from nanocart.lexicon import Lexicon
from nanocart.models import reading
from nanocart.naming import Naming
from nanocart.pipeline import COMPONENTS, MODELS
from nanocart.schema import Document, Mention

if TYPE_CHECKING:
    Fresh = Callable[[str], str]

TEXT = (
    "CD5-targeted lipid nanoparticles (LNPs) carrying FAP CAR mRNA reprogrammed T cells in mice. "
    "LNPs reduced cardiac fibrosis by 40%. No cytokine release syndrome of grade 3 or higher occurred."
)
OTHERS = [
    "CD19 CAR-T cells were infused in 12 patients with lymphoma; complete remission was achieved in 9 of 12 (75%).",
    "The weather was fine.",
    "",
    "Exosomes delivered siRNA to CAR macrophages. Tumor growth was reduced compared with free siRNA.",
]
TEXTS = [TEXT, *OTHERS] * 3


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest) -> str:
    """Each reader that is shipped."""
    return str(request.param)


@pytest.fixture(scope="module")
def nlp(model: str) -> Language:
    """Its pipeline, loaded once: change nothing in it."""
    return nanocart.load(model)


@pytest.fixture(scope="module")
def unscoped(model: str) -> Language:
    """Its pipeline for texts of any scope."""
    return nanocart.load(model, scope=False)


def said(doc: Doc) -> Document:
    document: Document = doc._.document
    return document


def test_it_is_a_language(model: str, nlp: Language) -> None:
    components = {"rules": COMPONENTS, "transformer": reading.COMPONENTS}[model]
    assert isinstance(nlp, Language)
    assert tuple(nlp.pipe_names) == components
    assert nlp.analyze_pipes()["problems"] == {name: [] for name in components}


def test_everything_is_within_reach_of_the_doc(nlp: Language) -> None:
    doc = nlp(TEXT)
    assert {ent.label_ for ent in doc.ents} >= {"NANOPARTICLE", "CARGO", "CAR_TARGET", "CELL_TYPE", "OUTCOME"}
    assert {one.label for one in doc._.relations} >= {"CARRIES", "DELIVERED_TO", "TARGETS", "RESULTS_IN", "VALUE_OF"}
    assert doc._.findings
    assert doc._.study.in_scope is True
    assert len(list(doc.sents)) == 3


def test_one_by_one_equals_pipe(nlp: Language) -> None:
    alone = [said(nlp(text)) for text in TEXTS]
    assert [said(doc) for doc in nlp.pipe(TEXTS)] == alone
    assert [said(doc) for doc in nlp.pipe(TEXTS, batch_size=1)] == alone
    assert [said(doc) for doc in nlp.pipe(TEXTS, batch_size=4)] == alone


@pytest.mark.slow
def test_two_processes_equal_one(nlp: Language) -> None:
    alone = [said(nlp(text)) for text in TEXTS]
    twice = [said(doc) for doc in nlp.pipe(TEXTS, n_process=2, batch_size=4)]
    assert [(one.text, one.entities, one.relations, one.study) for one in twice] == [
        (one.text, one.entities, one.relations, one.study) for one in alone
    ]
    assert [one.findings for one in twice] == [one.findings for one in alone]
    documents = [Document.of(str(number), "", text, metadata={"mesh": ["Mice"]}) for number, text in enumerate(TEXTS)]
    assert list(nanocart.extract(documents, nlp, n_process=2, batch_size=4)) == list(nanocart.extract(documents, nlp))


def test_a_second_reading_says_the_same(nlp: Language) -> None:
    assert said(nlp(TEXT)) == said(nlp(TEXT))
    assert said(nlp(nlp(TEXT))) == said(nlp(TEXT))


def test_as_tuples(nlp: Language) -> None:
    pairs = list(nlp.pipe([(text, number) for number, text in enumerate(TEXTS)], as_tuples=True))
    assert [(doc.text, number) for doc, number in pairs] == [(text, number) for number, text in enumerate(TEXTS)]


# On disk, and without importing nanocart.


def test_to_disk_and_back_without_importing_nanocart(nlp: Language, tmp_path: Path, fresh_python: Fresh) -> None:
    nlp.to_disk(tmp_path / "saved")
    printed = fresh_python(
        f"import spacy, json; nlp = spacy.load('saved'); print(json.dumps(nlp({TEXT!r})._.document.to_json()))"
    )
    assert Document.from_json(json.loads(printed) | {"id": "1"}).entities == said(nlp(TEXT)).entities
    assert json.loads(printed) == json.loads(json.dumps(said(nlp(TEXT)).to_json()))


def test_a_blank_pipeline_without_importing_nanocart(fresh_python: Fresh) -> None:
    code = (
        "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('nanocart_lexicon'); print(nlp('LNPs met T cells.').ents)"
    )
    assert fresh_python(code) == "(LNPs, T cells)"


def test_to_bytes_and_back(model: str, nlp: Language) -> None:
    again = nanocart.load(model).from_bytes(nlp.to_bytes())
    assert said(again(TEXT)) == said(nlp(TEXT))


def test_a_saved_pipeline_keeps_the_users_rows(model: str, own_rows: Path, tmp_path: Path) -> None:
    nanocart.load(model, lexicon=own_rows).to_disk(tmp_path / "saved")
    own_rows.unlink()
    doc = nanocart.load(tmp_path / "saved")("The frobnicated dendriosomes reached CAR-T cells.")
    assert doc.ents[0].kb_id_ == "MY:1"


def test_a_saved_pipeline_without_scope(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "saved")
    assert "nanocart_scope" not in nanocart.load(tmp_path / "saved", scope=False).pipe_names


# What `load` takes.


@pytest.fixture
def own_rows(tmp_path: Path) -> Path:
    path = tmp_path / "own.tsv"
    path.write_text("id\tname\tlabel\nMY:1\tfrobnicated dendriosome\tNANOPARTICLE\n")
    return path


def test_a_lexicon_of_ones_own(model: str, nlp: Language, own_rows: Path) -> None:
    text = "Frobnicated dendriosomes delivered mRNA to CAR-T cells."
    for given in (own_rows, str(own_rows), [own_rows]):
        first = nanocart.load(model, lexicon=given)(text)._.mentions[0]
        assert (first.text, first.label, first.concept) == ("Frobnicated dendriosomes", "NANOPARTICLE", "MY:1")
    assert "Frobnicated dendriosomes" not in [ent.text for ent in nlp(text).ents]


@pytest.mark.xfail(strict=False, reason="known weakness: the scope decision does not look at the user's rows")
def test_a_particle_of_ones_own_is_in_scope(own_rows: Path) -> None:
    assert (
        nanocart.load(lexicon=own_rows)("Frobnicated dendriosomes cured mice with lymphoma.")._.study.in_scope is True
    )


def test_what_the_model_is_less_sure_of_is_left_out(tmp_path: Path) -> None:
    every, sure = nanocart.load(), nanocart.load(min_confidence=0.9)
    sure.to_disk(tmp_path / "saved")
    again = spacy.load(tmp_path / "saved")
    left = 0
    for text in TEXTS[:5]:
        kept = said(sure(text))
        assert said(again(text)) == kept
        loose = {(one.start, one.end): one.confidence for one in said(every(text)).entities}
        for one in (*kept.entities, *kept.relations, *kept.findings):
            assert one.confidence is not None
            assert one.confidence >= 0.9
        assert {(one.start, one.end) for one in kept.entities} == {
            place for place, sureness in loose.items() if sureness is not None and sureness >= 0.9
        }
        left += len(loose) - len(kept.entities)
    assert left > 0


def test_a_false_friend_of_ones_own_is_no_mention(model: str, tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text("id\tname\tlabel\nMY:1\tKupffer lipid nanoparticles\tNONE\n")
    found = nanocart.load(model, lexicon=path)("Kupffer lipid nanoparticles carried CAR mRNA to T cells.").ents
    assert not [ent for ent in found if ent.start_char < 27]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"model": "rules", "min_confidence": 0.5}, "no model that a confidence"),
        ({"model": "rules", "device": "cpu"}, "no model that a device"),
        ({"min_confidence": 1.5}, "not between 0 and 1"),
        ({"device": "abacus"}, "'abacus' cannot be used|is not installed"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        nanocart.load(**options)


def test_a_wrong_lexicon(tmp_path: Path) -> None:
    (tmp_path / "own.tsv").write_text("id\tname\tlabel\nMY:1\tCD19\tCARGO\n")
    with pytest.raises(LexiconError, match="'CD19' has two labels"):
        nanocart.load(lexicon=tmp_path / "own.tsv")
    with pytest.raises(LexiconError, match="cannot be read"):
        nanocart.load(lexicon=tmp_path / "missing.tsv")


def test_a_model_that_is_not_there(tmp_path: Path, own_rows: Path) -> None:
    with pytest.raises(UsageError, match=r"no model called 'large'.*nanocart ships: transformer, rules"):
        nanocart.load("large")
    nanocart.load(scope=False).to_disk(tmp_path / "saved")
    with pytest.raises(UsageError, match="keeps its own lexicon"):
        nanocart.load(tmp_path / "saved", lexicon=own_rows)


def test_scope(nlp: Language, unscoped: Language) -> None:
    text = "Lymphoma progressed in spite of chemotherapy, and overall survival was short."
    assert nlp(text).ents == ()
    assert nlp(text)._.study.in_scope is False
    assert "Lymphoma" in [ent.text for ent in unscoped(text).ents]
    assert unscoped(text)._.study.in_scope is None


def test_tables_name_things_by_the_lexicon() -> None:
    naming = Naming(Lexicon.shipped())
    assert naming.preferred("HGNC:1633") == "CD19"
    assert naming.preferred("MY:9") is None
    assert naming.preferred(None) is None
    assert naming.name(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs", concept="NC:np-lnp")) == "lipid nanoparticle"
    assert naming.name(Mention("e1", 0, 4, "NANOPARTICLE", "blobs")) == "blobs"
    assert naming.name(Mention("e1", 0, 4, "CAR_TARGET", "HER2", concept="HGNC:3430")) == "HER2"
    assert Naming(None).name(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs", concept="NC:np-lnp")) == "LNPs"


def test_less_tumor_growth_favours_the_patient_in_a_notebook_too(nlp: Language) -> None:
    document = Document.of("1", "CAR-T cells in mice.", "CAR-T cells reduced tumor growth.")
    frame = nanocart.to_frame(nanocart.extract([document], nlp))
    assert list(zip(frame.outcome, frame.direction, frame.favours, strict=True)) == [
        ("tumor growth", "decreased", "benefit")
    ]


# Parts of the pipeline.


def assembled(nlp: Language, names: tuple[str, ...]) -> Language:
    """A pipeline of some components, over the lexicon that is loaded already."""
    some = spacy.blank("en")
    for name in names:
        options = {"shipped": False} if name == "nanocart_lexicon" else {}
        some.add_pipe(name, config=options)
        if name == "nanocart_lexicon":
            some.get_pipe(name).lexicon = nlp.get_pipe(name).lexicon  # type: ignore[attr-defined]
    return some


@pytest.mark.parametrize(
    "names",
    [
        *((name,) for name in COMPONENTS),
        *(COMPONENTS[:number] for number in range(2, len(COMPONENTS))),
        *(COMPONENTS[number:] for number in range(1, len(COMPONENTS) - 1)),
        *(tuple(one for one in COMPONENTS if one != left) for left in COMPONENTS),
        ("nanocart_lexicon", "nanocart_roles"),
        ("nanocart_lexicon", "nanocart_linking"),
        ("nanocart_lexicon", "nanocart_relations", "nanocart_findings"),
        tuple(reversed(COMPONENTS)),
    ],
    ids=lambda names: "+".join(name.removeprefix("nanocart_") for name in names),
)
def test_any_subset_works(nlp: Language, names: tuple[str, ...]) -> None:
    some = assembled(nlp, names)
    for doc in some.pipe([TEXT, *OTHERS]):
        assert said(doc).problems() == []
    if "nanocart_lexicon" in names and names[-1] != "nanocart_sentences":
        assert some(TEXT).ents


def test_the_dictionary_alone(nlp: Language) -> None:
    """The baseline: every name at face value, the ligand CD5 included."""
    doc = assembled(nlp, ("nanocart_lexicon",))(TEXT)
    found = {(ent.text, ent.label_) for ent in doc.ents}
    assert {("CD5", "CAR_TARGET"), ("LNPs", "NANOPARTICLE"), ("T cells", "CELL_TYPE")} <= found
    assert doc._.relations == ()


def test_sentences_alone(nlp: Language) -> None:
    doc = assembled(nlp, ("nanocart_sentences",))("Mice got LNPs i.v. daily. All lived.\nThe end.")
    assert [sent.text.strip() for sent in doc.sents] == ["Mice got LNPs i.v. daily.", "All lived.", "The end."]


# Documents.


def test_extract_is_lazy_and_keeps_order_and_metadata(nlp: Language) -> None:
    taken = []

    def source() -> Iterator[Document]:
        for number in range(10_000):
            taken.append(number)
            yield Document.of(str(number), f"Study {number}.", TEXT, metadata={"year": number}, extra={"x": number})

    first = list(islice(nanocart.extract(source(), nlp, batch_size=4), 6))
    assert [(one.id, one.title, one.metadata, one.extra) for one in first] == [
        (str(number), f"Study {number}.", {"year": number}, {"x": number}) for number in range(6)
    ]
    assert all(one.entities and one.problems() == [] for one in first)
    assert len(taken) <= 16


def test_extract_replaces_old_annotations(nlp: Language) -> None:
    document = next(nanocart.extract([Document.of("1", "", TEXT)], nlp))
    assert next(nanocart.extract([document], nlp)) == document


def test_extract_nothing(nlp: Language) -> None:
    assert list(nanocart.extract([], nlp)) == []


def test_a_table_for_a_notebook(nlp: Language) -> None:
    documents = list(nanocart.extract([Document.of("1", "", TEXT, metadata={"pmid": "1"})], nlp))
    findings, entities = nanocart.to_frame(documents), nanocart.to_frame(documents, table="entities")
    assert len(findings) == len(documents[0].findings) > 0
    assert list(entities["text"]) == [one.text for one in documents[0].entities]


# Odd texts.


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        " ",
        "\n",
        "\n\n\nLNPs\n\n",
        "🧬🧪🐭",
        "LNPs🧬CAR-T🧪cells",
        "LNPscarriedCARmRNAtoTcells." * 40,
        "CAR T ce\u0301lls and nai\u0308ve LN\u0301Ps with \u0301CAR mRNA",
        "\u0301",
        "ﬁbrosis was reduced by LNPs in İstanbul; İİİ CAR-T cells",
        "CAR-T " * 300,
        "(" * 200 + "CAR-T cells" + ")" * 200,
        "CAR-T cells (CAR-T cells (CAR-T cells",
        "LNPs\u2028CAR-T\u2029cells\x85grew\x0b\x0c\x00.",
        "𝛾𝛿 CAR T cells",
        "CAR-T细胞治疗淋巴瘤，纳米粒子LNPs。",
        "anti-anti-anti-CD19-CD19-CAR-CAR-T-T",
        "CD19" * 50 + "CAR",
    ],
    ids=range(19),
)
def test_an_odd_text_is_read(nlp: Language, unscoped: Language, text: str) -> None:
    for reader in (nlp, unscoped):
        doc = reader(text)
        assert doc.text == text
        document = said(doc)
        assert document.text == text
        assert document.problems() == []


@pytest.mark.slow
def test_a_long_text_is_read_whole(nlp: Language) -> None:
    page = "The animals were kept in a quiet room and were fed at noon. " * 60 + TEXT + "\n"
    text = page * (200_000 // len(page) + 1)
    doc = nlp(text)
    assert doc.text == text
    assert said(doc).problems() == []
    assert doc.ents[-1].end_char > len(text) - 200

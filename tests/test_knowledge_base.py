"""`nanocart_knowledge_base` over a knowledge base of three concepts, searched by scispaCy itself."""

import json

import numpy as np
import pytest
import spacy
from spacy.language import Language

from nanocart.annotations import mentions
from nanocart.components.knowledge_base import EXTRA, KnowledgeBaseLinker
from nanocart.errors import UsageError

CONCEPTS = [
    {"concept_id": "T1", "canonical_name": "lipid nanoparticle", "aliases": ["lipid nanoparticles", "LNP particle"],
     "types": []},
    {"concept_id": "T2", "canonical_name": "neuroblastoma", "aliases": ["neuroblastoma tumor"], "types": []},
    {"concept_id": "T3", "canonical_name": "fibrosis", "aliases": ["tissue fibrosis", "fibrotic change"], "types": []},
]  # fmt: skip


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Language:
    generation = pytest.importorskip("scispacy.candidate_generation")
    nmslib = pytest.importorskip("nmslib")
    from scispacy.linking_utils import KnowledgeBase
    from sklearn.feature_extraction.text import TfidfVectorizer

    source = tmp_path_factory.mktemp("base") / "base.jsonl"
    source.write_text("\n".join(json.dumps(one) for one in CONCEPTS))
    base = KnowledgeBase(str(source))
    aliases = list(base.alias_to_cuis)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    index = nmslib.init(method="hnsw", space="cosinesimil_sparse", data_type=nmslib.DataType.SPARSE_VECTOR)
    index.addDataPointBatch(vectorizer.fit_transform(aliases))
    index.createIndex()
    generator = generation.CandidateGenerator(index, vectorizer, aliases, base)
    nlp = spacy.blank("en")
    nlp.add_pipe("nanocart_lexicon")
    linker = KnowledgeBaseLinker(generator, limit=2, threshold=0.7)
    Language.component("test_knowledge_base", func=linker)
    nlp.add_pipe("test_knowledge_base")
    return nlp


def test_mentions_get_the_concepts_of_the_knowledge_base(linked: Language) -> None:
    found = {one.text: one.extra.get(EXTRA) for one in mentions(linked("lipid nanoparticles against neuroblastoma"))}
    assert [one["id"] for one in found["lipid nanoparticles"]] == ["T1"]
    assert [one["id"] for one in found["neuroblastoma"]] == ["T2"]
    assert all(0.7 <= one["score"] <= 1 for names in found.values() for one in names or [])


def test_a_text_without_mentions_is_left_alone(linked: Language) -> None:
    assert mentions(linked("It rained.")) == ()


def test_an_unknown_knowledge_base_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="umls, mesh, rxnorm"):
        spacy.blank("en").add_pipe("nanocart_knowledge_base", config={"base": "no such base"})

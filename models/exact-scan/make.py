"""Writes scan.onnx: the cosine similarity of every row with every query. Needs the Python package onnx.

inputs  vectors float[n, d] · query float[d, b], both of unit length along d
output  scores  float[b, n]

Filters, grouping by product and ties are decided outside of the graph (src/vector-index/embedded/points.ts): its
float32 sums depend on b and on the processor, so that only a recomputed score may decide the order of two rows.
"""
import pathlib

import onnx
from onnx import TensorProto as T, helper as h

graph = h.make_graph(
    [
        h.make_node("MatMul", ["vectors", "query"], ["by_row"]),
        h.make_node("Transpose", ["by_row"], ["scores"], perm=[1, 0]),
    ],
    "exact-scan",
    [
        h.make_tensor_value_info("vectors", T.FLOAT, ["n", "d"]),
        h.make_tensor_value_info("query", T.FLOAT, ["d", "b"]),
    ],
    [h.make_tensor_value_info("scores", T.FLOAT, ["b", "n"])],
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)])
model.ir_version = 8
onnx.checker.check_model(model)
onnx.save(model, str(pathlib.Path(__file__).with_name("scan.onnx")))

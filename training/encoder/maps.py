"""Linear maps from what the network says to an embedding, fitted by linear algebra in seconds.

The features are those of three layers side by side: the root of the head convolution (Hellinger's map: large activations
count less), the last block, and the front. On features f of clean, altered, and worn views, x = f - mu:
  general   f V: uncentered PCA of the clean views; what ImageNet knows
  views     x B: whitened by how the views of one photograph differ, then PCA: which garment it is, whatever its color,
            light, ground, and neighbors (within-class covariance normalization: Hatch et al., 2006)
  types     x A: Fisher's linear discriminants of the types; their length shrinks where a picture is like none of them
  belief    the root of softmax(x W + b), a logistic regression of the types: the dot product of two of them is the
            Bhattacharyya coefficient, so a picture of uncertain type is a little like several
Each is scaled by the root of its share of the squared length; `general` and `views` are L2-normalized before, the whole
after.
"""

from dataclasses import dataclass

import numpy as np
import torch

import backbone

GENERAL, VIEWS, TYPES, BELIEF = 223, 256, 16, 17
DIMENSION = GENERAL + VIEWS + TYPES + BELIEF
SHARES = (0.3, 0.4, 0.15, 0.15)
SHRINKAGE = 2.0
"""Discriminants of this many times the usual length are scaled to nearly 1; of the usual length, exactly to 1."""
RIDGE = 0.3
"""Of the mean variance; both whitenings."""
LOWER_LAYERS = 0.5
"""Length of the last block's and of the front's part, beside 1 of the head's."""
WORN_WEIGHT = 2.0
"""Of a worn view among the others, for the discriminants and the regression."""
COMPONENTS, DECAY = 300, 0.03
"""Of the regression: principal components that it sees, and the weight of the squared weights."""


@dataclass
class Maps:
    mean: np.ndarray
    general: np.ndarray
    views: np.ndarray
    types: np.ndarray
    usual: float
    """Mean length of a clean view's discriminants."""
    belief: np.ndarray
    bias: np.ndarray
    shares: tuple[float, float, float, float] = SHARES

    def embed(self, features: np.ndarray) -> np.ndarray:
        x = features - self.mean
        types = x @ self.types
        length = np.sqrt((types**2).sum(-1, keepdims=True) + (SHRINKAGE * self.usual) ** 2)
        score = np.exp(x @ self.belief + self.bias)
        belief = np.sqrt(score / score.sum(-1, keepdims=True))
        parts = (unit(features @ self.general), unit(x @ self.views), types * (1 + SHRINKAGE**2) ** 0.5 / length, belief)
        return unit(np.concatenate([part * share**0.5 for part, share in zip(parts, self.shares)], axis=-1))


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9)


def layered(pooled: np.ndarray) -> np.ndarray:
    """The features, [..., 1840], of the means that features.py keeps."""
    sizes = (backbone.FRONT, backbone.TAIL, backbone.HEAD, backbone.HEAD)
    front, tail, head, head_middle, front_middle = np.split(pooled, np.cumsum(sizes), axis=-1)
    root = np.sqrt(np.maximum(head + head_middle, 0))
    return np.concatenate([unit(root), LOWER_LAYERS * unit(tail), LOWER_LAYERS * unit(front + front_middle)], axis=-1)


def whitening(scatter: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(scatter + RIDGE * np.trace(scatter) / len(scatter) * np.eye(len(scatter)))
    return vectors @ np.diag(values**-0.5) @ vectors.T


def principal(x: np.ndarray, count: int) -> np.ndarray:
    """The directions of the largest eigenvalues of a symmetric matrix, [d, count]."""
    return np.linalg.eigh(x)[1][:, ::-1][:, :count]


def fit(features: np.ndarray, done: np.ndarray, types: np.ndarray, kinds: tuple[str, ...]) -> Maps:
    """`features` are [photographs, views, d], the clean view first, of which those that are `done` count."""
    at = [np.flatnonzero(done[:, view] & done[:, 0]) for view in range(len(kinds))]
    clean = features[at[0], 0]
    scatter = np.zeros((features.shape[2],) * 2)
    for kind in ("worn", "altered"):
        views = [view for view, name in enumerate(kinds) if name == kind]
        half = np.concatenate([features[at[view], view] - features[at[view], 0] for view in views]) / 2
        scatter += half.T @ half / len(half)

    flat = np.concatenate([features[index, view] for view, index in enumerate(at)])
    label = np.concatenate([types[index] for index in at])
    counts = np.concatenate([np.full(len(index), WORN_WEIGHT if kind == "worn" else 1) for kind, index in zip(kinds, at)])
    mean = flat.mean(0)
    x = flat - mean
    white = whitening(scatter)
    by_view = white @ principal(np.cov((x @ white).T), VIEWS)

    # By the root of their number: two in three photographs are tops.
    weight = counts * np.bincount(label)[label] ** -0.5
    by_type = discriminants(x, label, weight / weight.sum())
    usual = float(np.linalg.norm((clean - mean) @ by_type, axis=1).mean())
    belief, bias = regression(x, label, weight / weight.mean())
    return Maps(mean, principal(clean.T @ clean, GENERAL), by_view, by_type, usual, belief, bias)


def discriminants(x: np.ndarray, label: np.ndarray, weight: np.ndarray) -> np.ndarray:
    of_type = np.bincount(label, weights=weight)
    centers = np.stack([(weight * (label == kind)) @ x for kind in range(len(of_type))]) / of_type[:, None]
    rest = x - centers[label]
    white = whitening((rest * weight[:, None]).T @ rest)
    spread = (centers - of_type @ centers) * of_type[:, None] ** 0.5 @ white
    return white @ principal(spread.T @ spread, TYPES)


def regression(x: np.ndarray, label: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression on the first principal components, scaled to a mean deviation of 1."""
    components = principal(np.cov(x.T), COMPONENTS)
    components = components / (x @ components).std(0).mean()
    inputs, labels, weights = (torch.from_numpy(np.ascontiguousarray(a)) for a in (x @ components, label, weight))
    inputs, weights = inputs.float(), weights.float()
    matrix = torch.zeros(COMPONENTS, BELIEF, requires_grad=True)
    bias = torch.zeros(BELIEF, requires_grad=True)
    optimizer = torch.optim.LBFGS([matrix, bias], max_iter=80, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        errors = torch.nn.functional.cross_entropy(inputs @ matrix + bias, labels, reduction="none")
        value = (errors * weights).mean() + DECAY * (matrix**2).sum() / 2
        value.backward()
        return value

    optimizer.step(loss)
    return components @ matrix.detach().numpy(), bias.detach().numpy()

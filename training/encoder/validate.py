"""How good embeddings are on the validation photographs, which no fit has seen."""

import numpy as np

from photographs import GROUPS, GROUP_OF_TYPE, TYPES


def groups(types: np.ndarray) -> np.ndarray:
    names = list(GROUPS)
    return np.array([names.index(GROUP_OF_TYPE[TYPES[kind]]) for kind in types])


def precision(queries: np.ndarray, wanted: np.ndarray, shop: np.ndarray, kinds: np.ndarray) -> tuple[float, float, float]:
    """Precision@1, @10, and the mean of groups of @10 of queries that are asked of a shop."""
    nearest = np.argpartition(-(queries @ shop.T), 10, axis=1)[:, :10]
    scores = np.take_along_axis(queries @ shop.T, nearest, 1)
    nearest = np.take_along_axis(nearest, np.argsort(-scores, axis=1), 1)
    hits = kinds[nearest] == wanted[:, None]
    each = hits.mean(1)
    return hits[:, 0].mean(), each.mean(), float(np.mean([each[wanted == kind].mean() for kind in np.unique(wanted)]))


def recall(queries: np.ndarray, own: np.ndarray, others: np.ndarray) -> float:
    """How often a view finds its own photograph first among all of them."""
    score = np.sum(queries * own, axis=1)
    rivals = np.concatenate([own, others]) @ queries.T
    rivals[np.arange(len(own)), np.arange(len(own))] = -2
    return float((score > rivals.max(0)).mean())


def report(shop: np.ndarray, shop_types: np.ndarray, validation: np.ndarray, types: np.ndarray, kinds: tuple[str, ...]) -> dict:
    """`shop` are embeddings of clean training photographs; `validation` are [photographs, views, dimension].

    For each kind of view: type precision@1, @10, and the mean of the groups' @10; and how often it finds its own photograph.
    """
    shelves, wanted, found = groups(shop_types), groups(types), {}
    for kind in ("clean", "worn", "altered"):
        at = [n for n, k in enumerate(kinds) if k == kind]
        figures = [precision(validation[:, n], wanted, shop, shelves) for n in at]
        found[kind] = [round(float(np.mean(figure)), 3) for figure in zip(*figures)]
        if kind != "clean":
            selves = [recall(validation[:, n], validation[:, 0], shop) for n in at]
            found[f"{kind} finds itself"] = round(float(np.mean(selves)), 3)
    return found

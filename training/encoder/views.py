"""Altered views of a photograph, and the garment as if somebody wore it in the street.

A `worn` view pastes the garment, cut out by its mask, onto a clutter of ground, skin, hair, and other garments where a
body would put them, and crops it as a shopper's box would: roughly, and at a low resolution. No photograph of a person
is used. All functions take uint8 RGB arrays and a `random.Random`.
"""

import random

import cv2
import numpy as np

from photographs import Photograph

WORN_SIDE = 220
"""Pixels of the garment's longer side in a worn view, before it is degraded."""
SKIN = ((255, 224, 196), (236, 188, 150), (198, 134, 94), (141, 85, 54), (92, 56, 38))
HAIR = ((30, 24, 20), (70, 46, 30), (120, 84, 50), (200, 170, 110), (110, 60, 40))
UPPER, LOWER = ("top", "outerwear", "dress"), ("pants", "shorts", "skirt")


class Wardrobe:
    """The photographs by group; what worn views take grounds and other garments from."""

    def __init__(self, photographs: list[Photograph]):
        self.photographs = photographs
        self.by_group: dict[str, list[Photograph]] = {}
        for photograph in photographs:
            if photograph.mask is not None:
                self.by_group.setdefault(photograph.group, []).append(photograph)

    def garment(self, rng: random.Random, *groups: str) -> np.ndarray:
        return recolored(cut_out(rng.choice(self.by_group[rng.choice(groups)])), rng)


def altered(image: np.ndarray, rng: random.Random, least: float = 0.55) -> np.ndarray:
    """A crop to `least`-100 % of the sides, mirrored, in another hue or gray, in another light, rotated."""
    image = cropped(image, rng, least)
    if rng.random() < 0.5:
        image = image[:, ::-1]
    image = relit(recolored(image, rng), rng)
    if rng.random() < 0.4:
        image = rotated(image, rng.uniform(-15, 15), tuple(rng.randint(0, 255) for _ in range(3)))
    return image


def cropped(image: np.ndarray, rng: random.Random, least: float) -> np.ndarray:
    height, width = image.shape[:2]
    share = rng.uniform(least, 1)
    h, w = max(8, round(height * share)), max(8, round(width * share))
    y, x = rng.randint(0, height - h), rng.randint(0, width - w)
    return image[y : y + h, x : x + w]


def recolored(image: np.ndarray, rng: random.Random) -> np.ndarray:
    """Any hue in 6 of 10, gray in 2 of 10; the alpha channel, if there is one, stays."""
    color, rest = np.ascontiguousarray(image[..., :3]), image[..., 3:]
    if rng.random() < 0.6:
        hsv = cv2.cvtColor(color, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(int) + rng.randint(0, 179)) % 180
        hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.4, 1.4), 0, 255)
        color = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    if rng.random() < 0.2:
        color = np.repeat(cv2.cvtColor(color, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    return np.concatenate([color, rest], axis=2)


def relit(image: np.ndarray, rng: random.Random, darkest: float = 0.6) -> np.ndarray:
    contrast, brightness = rng.uniform(0.7, 1.3), rng.uniform(darkest, 1.35)
    balance = np.float32([rng.uniform(0.92, 1.08) for _ in range(3)])
    mean = float(image[::4, ::4].mean())
    tone = ((np.arange(256) - mean) * contrast + mean) * brightness
    tables = np.clip(tone[:, None] * balance, 0, 255).astype(np.uint8)
    return cv2.LUT(np.ascontiguousarray(image), tables[None])


def rotated(image: np.ndarray, degrees: float, fill: tuple[int, ...]) -> np.ndarray:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(np.ascontiguousarray(image), turn, (width, height), borderValue=fill)


def cut_out(photograph: Photograph) -> np.ndarray:
    """RGBA of the garment, as tight as its mask."""
    ys, xs = np.where(photograph.mask > 127)
    tight_ = (slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1))
    rgba = np.dstack([photograph.image[tight_], photograph.mask[tight_]])
    scale = WORN_SIDE / max(rgba.shape[:2])
    return cv2.resize(rgba, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgba


def draped(garment: np.ndarray, rng: random.Random, narrowest: float) -> np.ndarray:
    """Narrower, bent, and turned a little, as a garment hangs; sleeves come in with the sides."""
    height, width = garment.shape[:2]
    width = max(8, round(width * rng.uniform(narrowest, 1.08)))
    scale = WORN_SIDE / max(height, width)
    h, w = max(8, round(height * scale)), max(8, round(width * scale))
    garment = cv2.resize(garment, (w, h), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        garment = garment[:, ::-1]
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    for _ in range(2):
        bend, phase, wave = rng.uniform(0, 0.04), rng.uniform(0, 6.28), rng.uniform(0.5, 2)
        x = x + bend * w * np.sin(wave * 6.28 * y / h + phase)
    degrees = rng.uniform(-12, 12)
    pad = round(0.12 * max(h, w))
    bent = cv2.remap(np.ascontiguousarray(garment), x, y, cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0))
    return tight(rotated(cv2.copyMakeBorder(bent, pad, pad, pad, pad, cv2.BORDER_CONSTANT), degrees, (0, 0, 0, 0)))


def tight(rgba: np.ndarray) -> np.ndarray:
    ys, xs = np.where(rgba[..., 3] > 127)
    return rgba[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] if len(ys) else rgba


def ground(height: int, width: int, wardrobe: Wardrobe, rng: random.Random) -> np.ndarray:
    kind = rng.random()
    if kind < 0.25:
        tint = np.float32([rng.randint(150, 255)] * 3) + np.float32([rng.randint(-12, 12) for _ in range(3)])
        slope = np.linspace(rng.uniform(-30, 30), rng.uniform(-30, 30), height)[:, None, None]
        return np.clip(np.broadcast_to(tint, (height, width, 3)) + slope, 0, 255).astype(np.uint8)
    image = cropped(rng.choice(wardrobe.photographs).image, rng, 0.3)
    side = rng.randint(6, 40) if kind < 0.75 else WORN_SIDE  # few pixels make a ground that is out of focus
    image = recolored(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), rng)
    image = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(rng.randint(0, 6)):  # walls, doors, windows, and curbs
        x, y = rng.randint(-width // 2, width), rng.randint(-height // 2, height)
        w, h = rng.choice(((rng.randint(4, width // 3), height), (width, rng.randint(4, height // 4))))
        tone = rng.randint(20, 235)
        cv2.rectangle(image, (x, y), (x + w, y + h), [max(0, min(255, tone + rng.randint(-20, 20))) for _ in range(3)], -1)
    return image


def paste(scene: np.ndarray, rgba: np.ndarray, x: int, y: int) -> None:
    """Pastes in place, with its left top corner at (x, y), which may lie outside."""
    height, width = scene.shape[:2]
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(width, x + rgba.shape[1]), min(height, y + rgba.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = rgba[y0 - y : y1 - y, x0 - x : x1 - x]
    alpha = part[..., 3:].astype(np.float32) / 255
    scene[y0:y1, x0:x1] = (alpha * part[..., :3] + (1 - alpha) * scene[y0:y1, x0:x1]).astype(np.uint8)


def sized(rgba: np.ndarray, width: float, height: float) -> np.ndarray:
    return cv2.resize(rgba, (max(4, round(width)), max(4, round(height))), interpolation=cv2.INTER_AREA)


def limb(scene: np.ndarray, tone, start, end, thickness: float) -> None:
    cv2.line(scene, tuple(map(round, start)), tuple(map(round, end)), tone, max(2, round(thickness)), cv2.LINE_AA)


def toned(tones, rng: random.Random) -> tuple[int, ...]:
    light = rng.uniform(0.75, 1.1)
    return tuple(min(255, round(c * light)) for c in rng.choice(tones))


def worn(photograph: Photograph, wardrobe: Wardrobe, rng: random.Random) -> np.ndarray:
    """The garment on a suggestion of a body, cropped to its box. Needs a mask."""
    group = photograph.group
    narrowest = {"top": 0.5, "outerwear": 0.5, "dress": 0.6, "shoes": 0.8, "hat": 0.8}.get(group, 0.7)
    garment = draped(recolored(cut_out(photograph), rng), rng, narrowest)
    h, w = garment.shape[:2]
    margin = round(0.4 * max(h, w))
    scene = ground(h + 2 * margin, w + 2 * margin, wardrobe, rng)
    left, top, center = margin, margin, margin + w / 2
    bottom, skin = top + h, toned(SKIN, rng)
    shade = lambda piece: relit_garment(piece, rng)

    def head(neck_y: float, size: float, x: float = center) -> None:
        hair, dx = toned(HAIR, rng), rng.uniform(-0.15, 0.15) * size
        spot = (round(x + dx), round(neck_y - 0.75 * size))
        if rng.random() < 0.6:
            drop = rng.uniform(0.9, 2.2)
            cv2.ellipse(scene, (spot[0], round(spot[1] + 0.3 * size)), (round(0.62 * size), round(0.6 * size * drop)), 0, 0, 360, hair, -1, cv2.LINE_AA)
        limb(scene, skin, (x, neck_y - 0.4 * size), (x, neck_y + 0.4 * size), 0.45 * size)
        cv2.ellipse(scene, spot, (round(0.42 * size), round(0.58 * size)), rng.uniform(-15, 15), 0, 360, skin, -1, cv2.LINE_AA)
        cv2.ellipse(scene, (spot[0], round(spot[1] - 0.2 * size)), (round(0.45 * size), round(0.5 * size)), 0, 180, 360, hair, -1, cv2.LINE_AA)

    def legs(y: float, width: float, tone) -> None:
        for side in (-1, 1):
            x = center + side * width * rng.uniform(0.12, 0.25)
            limb(scene, tone, (x, y - 0.15 * h), (x + rng.uniform(-0.1, 0.1) * width, y + margin), width * rng.uniform(0.14, 0.24))

    def below(piece: np.ndarray, overlap: float) -> None:
        width = w * rng.uniform(0.5, 0.95)
        height = min(2 * margin, width * piece.shape[0] / piece.shape[1] * rng.uniform(0.9, 1.4))
        paste(scene, sized(shade(piece), width, height), round(center - width / 2), round(bottom - overlap * h))

    def above(piece: np.ndarray, overlap: float) -> None:
        width = w * rng.uniform(0.9, 1.7)
        height = width * piece.shape[0] / piece.shape[1] * rng.uniform(0.9, 1.3)
        paste(scene, sized(shade(piece), width, height), round(center - width / 2), round(top - height + overlap * h))

    tucked = rng.random() < 0.5
    later = []
    if group in UPPER:
        if rng.random() < 0.85:
            head(top + 0.06 * h, w * rng.uniform(0.25, 0.45))
        if rng.random() < 0.7:
            for side in (-1, 1):
                elbow = (center + side * w * rng.uniform(0.4, 0.62), top + h * rng.uniform(0.35, 0.6))
                hand = (elbow[0] - side * w * rng.uniform(-0.1, 0.35), elbow[1] + h * rng.uniform(-0.2, 0.35))
                thickness = w * rng.uniform(0.08, 0.16)
                limb(scene, skin, (center + side * w * 0.38, top + 0.15 * h), elbow, thickness)
                forearm = lambda a=elbow, b=hand, t=thickness: limb(scene, skin, a, b, 0.85 * t)
                (later.append if rng.random() < 0.4 else lambda f: f())(forearm)
        if group == "dress":
            legs(bottom, w, skin if rng.random() < 0.7 else toned(HAIR, rng))
        else:
            lower = wardrobe.garment(rng, "pants", "pants", "skirt", "shorts")
            if tucked:
                later.append(lambda: below(lower, rng.uniform(0.05, 0.25)))
            else:
                below(lower, rng.uniform(0.1, 0.4))
        if group == "outerwear" and rng.random() < 0.55:
            inner, share = wardrobe.garment(rng, "top", "dress"), rng.uniform(0.12, 0.38)
            later.append(lambda: open_front(scene, shade(inner), left, top, w, h, share, rng))
        if group != "outerwear" and rng.random() < 0.25:  # a jacket over it, open
            coat, share = wardrobe.garment(rng, "outerwear"), rng.uniform(0.15, 0.32)
            later.append(lambda: flanks(scene, shade(coat), left, top, w, h, share))
    elif group in LOWER:
        if group == "pants":
            shoes = wardrobe.garment(rng, "shoes")
            if rng.random() < 0.7:
                paste(scene, sized(shade(shoes), 0.9 * w, 0.35 * w), round(left + 0.05 * w), round(bottom - 0.12 * w))
        else:
            legs(bottom, w, skin if rng.random() < 0.75 else toned(HAIR, rng))
        upper = wardrobe.garment(rng, "top", "top", "outerwear")
        if tucked:
            above(upper, rng.uniform(0, 0.1))
        else:
            later.append(lambda: above(upper, rng.uniform(0.05, 0.3)))
        if rng.random() < 0.4:
            for side in rng.sample((-1, 1), rng.randint(1, 2)):
                x = center + side * w * rng.uniform(0.3, 0.6)
                later.append(lambda x=x: limb(scene, skin, (x, top - 0.3 * h), (x, top + h * rng.uniform(0.05, 0.3)), w * 0.12))
    elif group == "shoes":
        leg = skin if rng.random() < 0.6 else toned(HAIR, rng)
        for side in (-1, 1):
            x = center + side * w * rng.uniform(0.05, 0.3)
            limb(scene, leg, (x, top - margin), (x, top + h * rng.uniform(0.1, 0.45)), w * rng.uniform(0.1, 0.22))
        if rng.random() < 0.3:
            later.append(lambda: above(wardrobe.garment(rng, "pants"), rng.uniform(0.05, 0.3)))
    else:
        head(bottom + h * rng.uniform(0.6, 1.0), max(w, h) * rng.uniform(0.55, 0.9))

    paste(scene, shade(garment), left, top)
    for draw in later:
        draw()
    if rng.random() < 0.25:  # a bag, a hand rail, another passer-by
        piece = wardrobe.garment(rng, "shoes", "hat", "top", "shorts")
        size = max(w, h) * rng.uniform(0.15, 0.4)
        x = left + rng.choice((rng.uniform(-0.3, 0.1), rng.uniform(0.65, 1.0))) * w
        paste(scene, sized(piece, size, size), round(x), round(top + rng.uniform(0, 0.9) * h))
    jitter = lambda: rng.uniform(-0.08, 0.14)
    x0, x1 = round(left - jitter() * w), round(left + w + jitter() * w)
    y0, y1 = round(top - jitter() * h), round(bottom + jitter() * h)
    return degraded(relit(scene[y0:y1, x0:x1], rng, 0.7), rng)


def relit_garment(rgba: np.ndarray, rng: random.Random) -> np.ndarray:
    return np.dstack([relit(rgba[..., :3], rng, 0.8), rgba[..., 3]])


def open_front(scene, inner, left, top, w, h, share, rng) -> None:
    """What is worn under an open jacket: a wedge in its middle."""
    piece = sized(inner, share * w * rng.uniform(1.0, 1.6), h * rng.uniform(0.6, 1.0)).copy()
    rows, columns = piece.shape[:2]
    wedge = np.zeros((rows, columns), np.uint8)
    tip, foot = rng.uniform(0.1, 0.5), rng.uniform(0.2, 0.5)
    outline = [(0.5 - tip, 0), (0.5 + tip, 0), (0.5 + foot, 1), (0.5 - foot, 1)]
    cv2.fillPoly(wedge, [np.int32([(x * columns, y * rows) for x, y in outline])], 255)
    piece[..., 3] = np.minimum(wedge, 255)
    paste(scene, piece, round(left + w * rng.uniform(0.45, 0.55) - columns / 2), round(top + h * rng.uniform(0.02, 0.12)))


def flanks(scene, coat, left, top, w, h, share) -> None:
    """The two sides of an open jacket that is worn over the garment."""
    piece = sized(coat, w * 1.15, h * 1.05)
    width = piece.shape[1]
    paste(scene, piece[:, : round(share * width)], round(left - 0.07 * w), round(top - 0.02 * h))
    paste(scene, piece[:, round((1 - share) * width) :], round(left - 0.07 * w + (1 - share) * width), round(top - 0.02 * h))


def degraded(image: np.ndarray, rng: random.Random) -> np.ndarray:
    """Fewer pixels, blur, and JPEG, as a small part of a photograph has them."""
    if rng.random() < 0.6:
        scale = rng.uniform(40, 200) / max(image.shape[:2])
        if scale < 1:
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(40, 90)]
        image = cv2.cvtColor(cv2.imdecode(cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), quality)[1], 1), cv2.COLOR_BGR2RGB)
    return image

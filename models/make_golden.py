"""Writes reference vectors of images, made without any code of the gateway: Pillow prepares the pixels as the
encoder's manifest says, onnxruntime runs the model.

    pip install onnxruntime pillow numpy
    python models/make_golden.py models/garment-lite2 test/vision/fixtures

reads the folder's *.png, *.jpg and *.webp and writes golden.json beside them:
{"encoder": "name@version", "images": [{"file", "scaled": "down" | "up" | "none", "embedding": [...],
"region": {"box": {"x", "y", "width", "height"}, "embedding": [...]}}]}. A region's vector is the mean of the
local embeddings of the grid cells that its box covers, weighted by how much of each it covers.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

BOX = {"x": 0.2, "y": 0.1, "width": 0.5, "height": 0.35}


def square(path, size):
    """The upright image on white, its longer side resized to `size`, centered on a white square."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    image = Image.alpha_composite(ground, image).convert("RGB")
    longer = max(image.size)
    width, height = (max(1, round(side * size / longer)) for side in image.size)
    pasted = Image.new("RGB", (size, size), "white")
    pasted.paste(image.resize((width, height), Image.Resampling.BICUBIC), ((size - width) // 2, (size - height) // 2))
    return pasted, image.size


def cell_weights(box, image_size, grid):
    """Area of each cell that the box covers, by counting on a fine raster of the padded square."""
    rows, columns = grid
    fine = 64
    longer = max(image_size)
    width, height = (side / longer for side in image_size)
    x = (np.arange(columns * fine) + 0.5) / (columns * fine)
    y = (np.arange(rows * fine) + 0.5) / (rows * fine)
    left = (1 - width) / 2 + box["x"] * width
    top = (1 - height) / 2 + box["y"] * height
    across = (x >= left) & (x < left + box["width"] * width)
    down = (y >= top) & (y < top + box["height"] * height)
    inside = np.outer(down, across).reshape(rows, fine, columns, fine)
    return inside.sum(axis=(1, 3)).reshape(-1).astype(np.float64)


def unit(vector):
    return [round(float(number), 6) for number in vector / np.linalg.norm(vector)]


def main(model_folder, image_folder):
    manifest = json.loads((model_folder / "model.json").read_text())
    rule = manifest["input"]
    assert rule["scale"] == "1/255" and rule["layout"] == "NCHW" and rule.get("resize_rule", "pad") == "pad"
    outputs = {output["name"]: output for output in manifest["outputs"]}
    session = onnxruntime.InferenceSession(str(model_folder / "model.onnx"), providers=["CPUExecutionProvider"])

    images = []
    for path in sorted(p for p in image_folder.iterdir() if p.suffix in {".png", ".jpg", ".webp"}):
        pixels, image_size = square(path, rule["size"])
        normal = (np.asarray(pixels, dtype=np.float64) / 255 - rule["mean"]) / rule["std"]
        tensor = normal.astype(np.float32).transpose(2, 0, 1)[None]
        found = dict(zip(outputs, session.run(list(outputs), {rule["name"]: tensor})))
        longer = max(image_size)
        entry = {
            "file": path.name,
            "scaled": "none" if longer == rule["size"] else "down" if longer > rule["size"] else "up",
            "embedding": unit(found["embedding"][0]),
        }
        if "patches" in outputs:
            weights = cell_weights(BOX, image_size, outputs["patches"]["grid"])
            entry["region"] = {"box": BOX, "embedding": unit(weights @ found["patches"][0])}
        images.append(entry)
        print(path.name, entry["scaled"])

    golden = {"encoder": f"{manifest['name']}@{manifest['version']}", "images": images}
    lines = ",\n".join(json.dumps(image, separators=(",", ":")) for image in images)
    text = f'{{"encoder":"{golden["encoder"]}","images":[\n{lines}\n]}}\n'
    (image_folder / "golden.json").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

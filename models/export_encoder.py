"""Writes an encoder of the Hugging Face libraries as a folder that VITRINE_ENCODER takes (docs/encoders.md).

    pip install torch transformers onnx
    python models/export_encoder.py facebook/dinov2-small models/dinov2-small
    python models/export_encoder.py --random siglip-base /tmp/siglip-base

The first form exports a checkpoint: the name of one on the Hub, or a folder. The second one builds an architecture
at its true size with random weights, to measure what it costs. The towers of CLIP and SigLIP become two graphs.
"""

import argparse
from pathlib import Path

import torch
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoTokenizer,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPTextModelWithProjection,
    CLIPVisionModelWithProjection,
    Dinov2Config,
    Dinov2Model,
    AutoModel,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipTextModel,
    SiglipVisionModel,
)

OPSET = 17


class Tower(torch.nn.Module):
    """A model that takes tensors by position and returns some of its outputs as a tuple."""

    def __init__(self, model, inputs, outputs):
        super().__init__()
        self.model, self.inputs, self.outputs = model, inputs, outputs

    def forward(self, *tensors):
        found = self.model(**dict(zip(self.inputs, tensors)))
        return tuple(found[name] for name in self.outputs)


def write_graph(file, model, inputs, outputs, batch="batch_size"):
    """Writes a graph. `inputs` are example tensors by name; all have a free first dimension, unless `batch` is None."""
    file.parent.mkdir(parents=True, exist_ok=True)
    axes = {} if batch is None else {name: {0: batch} for name in [*inputs, *outputs]}
    for name, tensor in inputs.items():
        if batch is not None and name != "pixel_values" and tensor.shape[1] > 1:
            axes[name][1] = "sequence_length"
    tower = Tower(model.eval(), list(inputs), outputs)
    with torch.no_grad():
        torch.onnx.export(
            tower,
            tuple(inputs.values()),
            str(file),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def example_image(side):
    return torch.zeros(2, 3, side, side)


def example_text(length):
    return torch.ones(2, length, dtype=torch.int64)


def export_clip(vision, text, side, folder):
    write_graph(folder / "onnx/vision_model.onnx", vision, {"pixel_values": example_image(side)}, ["image_embeds"])
    if text is not None:
        ids = example_text(8)
        write_graph(
            folder / "onnx/text_model.onnx", text, {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, ["text_embeds"]
        )


def export_siglip(vision, text, side, length, folder):
    write_graph(folder / "onnx/vision_model.onnx", vision, {"pixel_values": example_image(side)}, ["pooler_output"])
    if text is not None:
        write_graph(folder / "onnx/text_model.onnx", text, {"input_ids": example_text(length)}, ["pooler_output"])


def export_dino(model, side, folder):
    write_graph(folder / "onnx/model.onnx", model, {"pixel_values": example_image(side)}, ["last_hidden_state"])


def export_random(name, folder):
    eager = {"attn_implementation": "eager"}
    torch.manual_seed(0)
    if name == "siglip-base":
        config = SiglipConfig()
        vision = SiglipVisionModel._from_config(config.vision_config, **eager)
        export_siglip(vision, None, 224, 64, folder)
        SiglipImageProcessorPil(size={"height": 224, "width": 224}).save_pretrained(folder)
    elif name == "clip-base":
        config = CLIPConfig()
        vision = CLIPVisionModelWithProjection._from_config(config.vision_config, **eager)
        export_clip(vision, None, 224, folder)
        CLIPImageProcessorPil().save_pretrained(folder)
    else:
        config = Dinov2Config(hidden_size=384, num_attention_heads=6, patch_size=14, image_size=518)
        export_dino(Dinov2Model._from_config(config, **eager), 224, folder)
        processor_of_dino(224, 256).save_pretrained(folder)
    config.save_pretrained(folder)


def processor_of_dino(side, shortest_edge):
    from transformers import BitImageProcessorPil

    return BitImageProcessorPil(
        size={"shortest_edge": shortest_edge},
        crop_size={"height": side, "width": side},
        image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
        resample=3,
    )


def export_checkpoint(checkpoint, folder):
    config = AutoConfig.from_pretrained(checkpoint)
    processor = AutoImageProcessor.from_pretrained(checkpoint, backend="pil")
    eager = {"attn_implementation": "eager"}
    side = (getattr(processor, "crop_size", None) or processor.size)["height"]
    if config.model_type == "clip":
        vision = CLIPVisionModelWithProjection.from_pretrained(checkpoint, **eager)
        export_clip(vision, CLIPTextModelWithProjection.from_pretrained(checkpoint, **eager), side, folder)
    elif config.model_type == "siglip":
        vision = SiglipVisionModel.from_pretrained(checkpoint, **eager)
        text = SiglipTextModel.from_pretrained(checkpoint, **eager)
        export_siglip(vision, text, side, config.text_config.max_position_embeddings, folder)
    else:
        export_dino(AutoModel.from_pretrained(checkpoint, **eager), side, folder)
    config.save_pretrained(folder)
    processor.save_pretrained(folder)
    if config.model_type in ("clip", "siglip"):
        AutoTokenizer.from_pretrained(checkpoint).save_pretrained(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a checkpoint; with --random: siglip-base, clip-base, or dinov2-small")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--random", action="store_true", help="random weights at the true size")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (export_random if arguments.random else export_checkpoint)(arguments.model, arguments.folder)


if __name__ == "__main__":
    main()

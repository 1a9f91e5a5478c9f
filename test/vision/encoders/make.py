"""Makes tiny encoders with random weights in the layout of the Hugging Face Hub, and what the Python libraries make of
images and texts with them, for test/vision/hugging-face.test.ts. None of the gateway's code takes part.

    pip install torch transformers onnx pillow
    python test/vision/encoders/make.py

writes clip/, siglip/, dinov2/, and siglip2/ (a tokenizer only) beside this file, each with a golden.json:
{"images": [{"file", "embedding"}], "texts": [{"text", "ids", "embedding"}]}. Images are those of ../fixtures.
"""

import json
import sys
from pathlib import Path

import onnx
import torch
from PIL import Image, ImageOps
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BitImageProcessorPil,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionModelWithProjection,
    Dinov2Config,
    Dinov2Model,
    PreTrainedTokenizerFast,
    Siglip2Tokenizer,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipTextModel,
    SiglipVisionModel,
)

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "models"))
from export_encoder import export_clip, export_dino, export_siglip  # noqa: E402

FIXTURES = HERE.parent / "fixtures"
IMAGES = [
    "drawn-coat-224.png",
    "drawn-dress-dotted.jpg",
    "drawn-tee-striped.jpg",
    "catalog-t-shirt-sage.webp",
    "fmnist-shirt-blue-portrait.png",
]
SIDE = 112
TEXTS = [
    "a photo of a dress",
    "Navy  T-shirt, 100% cotton!",
    "robe d'été à pois – größe M 👗",
    "",
    "red " * 60 + "dress",
]
CORPUS = [
    "a photo of a dress", "navy striped t-shirt", "red cotton dress with dots", "a wool coat in camel", "white sneakers",
    "black leather jacket", "blue denim jeans", "floral summer skirt", "a pair of boots", "green silk scarf",
]

SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
# With the usual small random weights, any two images have nearly the same embedding.
LARGE_WEIGHTS = 0.25


def random_model(kind, config):
    torch.manual_seed(7)
    model = kind._from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                weight.normal_(0, LARGE_WEIGHTS / (4 if "patch_embedding" in name or "projection.weight" in name else 1))
    return model


def images():
    for name in IMAGES:
        image = ImageOps.exif_transpose(Image.open(FIXTURES / name)).convert("RGBA")
        yield name, Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def unit(vector):
    return [round(float(number), 5) for number in vector / vector.norm()]


def describe_images(processor, embed):
    with torch.no_grad():
        return [
            {"file": name, "embedding": unit(embed(processor(images=image, return_tensors="pt")["pixel_values"])[0])}
            for name, image in images()
        ]


def describe_texts(tokenize, embed=None):
    found = []
    for text in TEXTS:
        tokens = tokenize(text)
        entry = {"text": text, "ids": tokens["input_ids"][0].tolist()}
        if embed is not None:
            with torch.no_grad():
                entry["embedding"] = unit(embed(tokens)[0])
        found.append(entry)
    return found


def write_golden(folder, **golden):
    text = json.dumps(golden, separators=(",", ":"), ensure_ascii=False)
    (folder / "golden.json").write_text(text.replace('{"file"', '\n{"file"').replace('{"text"', '\n{"text"') + "\n")


def clip_tokenizer():
    bare = CLIPTokenizer()
    trained = Tokenizer(models.BPE(continuing_subword_prefix="", end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    trained.normalizer = bare._tokenizer.normalizer
    trained.pre_tokenizer = bare._tokenizer.pre_tokenizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=620, end_of_word_suffix="</w>", initial_alphabet=alphabet, show_progress=False
    )
    trained.train_from_iterator(CORPUS, trainer)
    model = json.loads(trained.to_str())["model"]
    vocab = {**model["vocab"]}
    # Every byte can also end a word.
    for letter in sorted(alphabet):
        vocab.setdefault(letter + "</w>", len(vocab))
    for token in ["<|startoftext|>", "<|endoftext|>"]:
        vocab[token] = len(vocab)
    merges = [tuple(pair) for pair in model["merges"]]
    return CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=24)


def make_clip(folder):
    tokenizer = clip_tokenizer()
    end = tokenizer.eos_token_id
    text_config = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 24, "bos_token_id": end - 1}
    config = CLIPConfig(
        vision_config={**SMALL, "image_size": SIDE, "patch_size": 16, "projection_dim": 24},
        text_config={**text_config, "eos_token_id": end, "pad_token_id": end, "projection_dim": 24},
        projection_dim=24,
    )
    vision = random_model(CLIPVisionModelWithProjection, config.vision_config)
    text = random_model(CLIPTextModelWithProjection, config.text_config)
    processor = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    export_clip(vision, text, SIDE, folder)
    for part in (config, processor, tokenizer):
        part.save_pretrained(folder)
    write_golden(
        folder,
        images=describe_images(processor, lambda pixels: vision(pixel_values=pixels).image_embeds),
        texts=describe_texts(
            lambda words: tokenizer([words], truncation=True, return_tensors="pt"),
            lambda tokens: text(**tokens).text_embeds,
        ),
    )


def siglip_tokenizer():
    trained = Tokenizer(models.Unigram())
    trained.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(Regex(r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"), ""),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Strip(),
        ]
    )
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=150, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    trained.train_from_iterator(CORPUS * 20, trainer)
    trained.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=trained, pad_token="</s>", eos_token="</s>", unk_token="<unk>", model_max_length=64
    )


def make_siglip(folder):
    tokenizer = siglip_tokenizer()
    config = SiglipConfig(
        vision_config={**SMALL, "image_size": SIDE, "patch_size": 16},
        text_config={**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 64, "projection_size": 32},
    )
    vision = random_model(SiglipVisionModel, config.vision_config)
    text = random_model(SiglipTextModel, config.text_config)
    processor = SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE}, resample=3)
    export_siglip(vision, text, SIDE, 64, folder)
    for part in (config, processor, tokenizer):
        part.save_pretrained(folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings["tokenizer_class"] = "SiglipTokenizer"
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    # As the Hub has it for SigLIP 2 and Marqo-FashionSigLIP.
    (folder / "config.json").write_text('{ "model_type": "siglip" }\n')
    write_golden(
        folder,
        images=describe_images(processor, lambda pixels: vision(pixel_values=pixels).pooler_output),
        texts=describe_texts(
            lambda words: tokenizer(
                [words], padding="max_length", truncation=True, max_length=64, return_tensors="pt"
            ),
            lambda tokens: text(input_ids=tokens["input_ids"]).pooler_output,
        ),
    )


def make_siglip2(folder):
    trained = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    trained.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "▁")])
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(vocab_size=120, special_tokens=special, show_progress=False)
    trained.train_from_iterator(CORPUS, trainer)
    model = json.loads(trained.to_str())["model"]
    vocab = {token: number for token, number in model["vocab"].items()}
    for byte in range(256):
        vocab[f"<0x{byte:02X}>"] = len(vocab)
    tokenizer = Siglip2Tokenizer(vocab=vocab, merges=[tuple(pair) for pair in model["merges"]], padding_side="right")
    tokenizer._tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    folder.mkdir(exist_ok=True)
    tokenizer.save_pretrained(folder)
    write_golden(
        folder,
        texts=describe_texts(
            lambda words: tokenizer(
                [words], padding="max_length", truncation=True, max_length=64, return_tensors="pt"
            )
        ),
    )


def move_weights(graph):
    """Moves the weights of a graph to a file beside it, as exporters do with large models."""
    model = onnx.load(graph)
    data = f"{graph.name}_data"
    (graph.parent / data).unlink(missing_ok=True)
    onnx.save_model(model, graph, save_as_external_data=True, location=data, size_threshold=256)


def make_dinov2(folder):
    config = Dinov2Config(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, mlp_ratio=2, image_size=SIDE, patch_size=14
    )
    model = random_model(Dinov2Model, config)
    processor = BitImageProcessorPil(
        size={"shortest_edge": 128},
        crop_size={"height": SIDE, "width": SIDE},
        image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
        resample=3,
    )
    export_dino(model, SIDE, folder)
    move_weights(folder / "onnx/model.onnx")
    config.save_pretrained(folder)
    processor.save_pretrained(folder)
    write_golden(folder, images=describe_images(processor, lambda pixels: model(pixel_values=pixels).pooler_output))


if __name__ == "__main__":
    make_clip(HERE / "clip")
    make_siglip(HERE / "siglip")
    make_siglip2(HERE / "siglip2")
    make_dinov2(HERE / "dinov2")

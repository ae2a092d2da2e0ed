"""Tiny presets of KerasHub with random weights, saved as folders."""

import importlib.util
from pathlib import Path

import pytest

needs_hub = pytest.mark.skipif(importlib.util.find_spec("keras_hub") is None, reason="keras_hub is not installed")
SIDE = 32


def save_preset(kind: str, folder: Path) -> str:
    """Save a preset, and give the name of its backbone.

    Args:
        kind: a function of this module.
        folder: where to; made when missing.
    """
    import keras_hub

    backbone, converter, preprocessing = globals()[f"_{kind}"](keras_hub.models)
    backbone.save_to_preset(str(folder))
    getattr(keras_hub.layers, converter)(**preprocessing).save_to_preset(str(folder))
    return f"hub:{folder}"


TRANSFORMER = {"patch_size": 8, "num_layers": 1, "num_heads": 2, "hidden_dim": 16, "image_shape": (SIDE, SIDE, 3)}


def _vit(models):
    return models.ViTBackbone(**TRANSFORMER, mlp_dim=32), "ViTImageConverter", {"scale": 1 / 127.5, "offset": -1.0}


def _dinov2(models):
    backbone = models.DINOV2Backbone(**TRANSFORMER, intermediate_dim=32, position_embedding_shape=(48, 48, 3),
                                     num_register_tokens=2)
    return backbone, "DINOV2ImageConverter", {"scale": [0.01, 0.02, 0.03], "offset": [-1.0, -2.0, -3.0]}


def _patches(models):
    """A ViT without a class token."""
    return models.ViTBackbone(**TRANSFORMER, mlp_dim=32, use_class_token=False), "ViTImageConverter", {"scale": 0.01}


def _siglip(models):
    text = models.SigLIPTextEncoder(vocabulary_size=64, embedding_dim=16, hidden_dim=16, num_layers=1, num_heads=2,
                                    intermediate_dim=32, max_sequence_length=8)
    vision = models.SigLIPVisionEncoder(**TRANSFORMER, intermediate_dim=32)
    return models.SigLIPBackbone(vision, text), "SigLIPImageConverter", {"scale": 1 / 127.5, "offset": -1.0}


def _resnet(models):
    backbone = models.ResNetBackbone(
        input_conv_filters=[64], input_conv_kernel_sizes=[7], stackwise_num_filters=[64], stackwise_num_blocks=[1],
        stackwise_num_strides=[1], block_type="basic_block")
    return backbone, "ResNetImageConverter", {"scale": 1 / 255}


def _mobilenet(models):
    backbone = models.MobileNetBackbone(
        stackwise_expansion=[[16]], stackwise_num_blocks=[1], stackwise_num_filters=[[8]], stackwise_kernel_size=[[3]],
        stackwise_num_strides=[[2]], stackwise_se_ratio=[[0.25]], stackwise_activation=[["relu"]],
        stackwise_padding=[[1]], output_num_filters=32, input_num_filters=8, depthwise_filters=8, depthwise_stride=1,
        depthwise_residual=False, last_layer_filter=32, squeeze_and_excite=0.5)
    return backbone, "MobileNetImageConverter", {"scale": 1 / 255}


def _efficientnet(models):
    backbone = models.EfficientNetBackbone(
        stackwise_kernel_sizes=[3], stackwise_num_repeats=[1], stackwise_input_filters=[8],
        stackwise_output_filters=[8], stackwise_expansion_ratios=[4], stackwise_squeeze_and_excite_ratios=[0.25],
        stackwise_strides=[2], stackwise_block_types=["v1"], stackwise_force_input_filters=[0],
        stackwise_nores_option=[False], width_coefficient=1.0, depth_coefficient=1.0)
    return backbone, "EfficientNetImageConverter", {"scale": 1 / 255}


def _bert(models):
    """No image backbone."""
    backbone = models.BertBackbone(vocabulary_size=30, num_layers=1, num_heads=1, hidden_dim=4, intermediate_dim=4)
    return backbone, "ViTImageConverter", {}

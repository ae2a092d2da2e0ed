"""As many results as a thorough search leaves: 45 experiments with long names, each with three seeds."""

from collections.abc import Iterator

import numpy as np

BACKBONES = ("MobileNetV2", "EfficientNetLite0", "EfficientNetV2S")


def search_rows(seeds: int = 3) -> Iterator[dict[str, object]]:
    """What tells the runs apart: 27 pre-trained experiments and 18 from scratch."""
    rng = np.random.default_rng(0)
    for name, stage, backbone in _experiments():
        size = int(rng.integers(2_000_000, 5_000_000) if backbone else 10 ** rng.uniform(4, 6.8))
        level = rng.uniform(0.9, 0.97) if backbone else 0.3 + 0.08 * np.log10(size) + rng.uniform(-0.05, 0.05)
        for seed, accuracy in enumerate(level + rng.normal(0, 0.006, seeds)):
            yield {"key": name, "model_id": name, "stage": stage, "backbone": backbone, "parameters": size,
                   "seed": seed, "accuracy": accuracy, "val_accuracy": accuracy + rng.normal(0, 0.004),
                   "accuracy_low": accuracy - 0.02, "accuracy_high": accuracy + 0.015,
                   "train_seconds": float(rng.uniform(20, 4000)), "run_id": f"{name}-{seed}-20260101T000000"}


def _experiments() -> Iterator[tuple[str, str, str]]:
    for backbone in BACKBONES:
        for tuned in (0, 20, 40):
            for dense in (64, 256, 1024):
                yield f"{backbone.lower()}_tune{tuned}_dense{dense}", "transfer", backbone
    for layers in range(3, 6):
        for end in ("dense1", "dense1_dropout", "dense2"):
            for epochs in ("", "_extraepochs"):
                yield f"conv{layers}invto128_{end}{epochs}", "scratch", ""

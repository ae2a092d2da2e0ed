"""The exact GELU of networks such as ConvNeXt is made of an operation that ONNX lacks."""

import importlib.util

import keras
import numpy as np
import pytest

from auxiliary.deploy.export.formats import FORMATS
from auxiliary.deploy.export.model import ExportModel
from auxiliary.deploy.export.runtimes import open_onnx
from auxiliary.deploy.export.write import write_onnx

missing = [package for package in FORMATS["onnx"].packages if importlib.util.find_spec(package) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def test_onnx_computes_the_exact_gelu(tmp_path):
    images = keras.Input((None, None, 3), dtype="uint8")
    x = keras.layers.Activation("gelu")(keras.layers.Rescaling(1 / 50, offset=-2.5)(images))
    model = keras.Model(images, {"probabilities": keras.layers.GlobalAveragePooling2D()(x)})
    write_onnx(ExportModel(model, ["a", "b", "c"]), tmp_path / "gelu.onnx")
    batch = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3), "uint8")
    predict, _, _ = open_onnx(str(tmp_path / "gelu.onnx"))
    np.testing.assert_allclose(predict(batch)["probabilities"], model(batch)["probabilities"], atol=1e-6)

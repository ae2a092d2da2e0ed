"""The Python of docs/deploy.md, executed without this project on a network that was just exported."""

import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.core.paths import REPOSITORY
from auxiliary.deploy.export.model import build_export_model, plain_network
from auxiliary.deploy.export.write import WRITERS
from auxiliary.networks.build import build_scratch

EXAMPLES = re.findall(r"```python\n(.*?)```", (REPOSITORY / "docs/deploy.md").read_text(encoding="utf-8"), re.DOTALL)
EXPERIMENT = ScratchExperiment(key="small", model_id="small", learning_rate=0.1, epochs=1, image_size=32,
                               net="conv(4) | gap")


@pytest.mark.parametrize(("example", "form", "file", "packages"), [
    (EXAMPLES[0], "onnx", "lite0.onnx", ["tf2onnx", "onnxruntime"]),
    (EXAMPLES[1], "litert", "lite0.tflite", ["ai_edge_litert"]),
])
def test_ten_lines_name_the_class(example, form, file, packages, tmp_path):
    for package in packages:
        pytest.importorskip(package)
    assert len([line for line in example.splitlines() if line]) <= 10
    Image.new("RGB", (50, 40), "red").save(tmp_path / "zebra.png")
    exported = build_export_model(plain_network(build_scratch(EXPERIMENT, 2)), 1.0, ["cat", "zebra"])
    WRITERS[form](exported, tmp_path / file)
    done = subprocess.run([sys.executable, "-I", "-c", example], cwd=tmp_path, capture_output=True, text=True,
                          check=True)
    image = np.asarray(Image.open(tmp_path / "zebra.png"))[None]
    probabilities = exported.model.predict(image, verbose=0)["probabilities"][0]
    said, confidence = done.stdout.split()
    assert said == exported.categories[probabilities.argmax()]
    assert float(confidence) == pytest.approx(probabilities.max(), abs=1e-4)

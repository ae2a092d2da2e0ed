"""The program beside an export that names the class of an image with nothing but the runtime of the format.

Its last line is a mark, by which a later export knows that it may replace it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from auxiliary.deploy.export.marks import PYTHON, marked_text
from auxiliary.evaluation.limit import UNLIKE

ZIPPED = 'zipfile.ZipFile(file).read("labels.txt").decode().split("\\n")'


class Runtime(NamedTuple):
    """What differs between the formats.

    Attributes:
        packages: what to install.
        imports: lines.
        load: an expression, from `file`.
        names: an expression of the class names, from `file` and what was `loaded`.
        predict: an expression of the outputs by name, of one image each, from `image` and what was `loaded`.
        certain: the number that stands for a probability of 1.
        size: of the images that it takes, in words.
        prepare: lines that make an array of the upright `image`.
    """

    packages: str
    imports: str
    load: str
    names: str
    predict: str
    certain: int = 1
    size: str = "at any size"
    prepare: str = "image = np.asarray(image)"


RUNTIMES: Mapping[str, Runtime] = {
    "keras": Runtime(
        "keras tensorflow", "import zipfile\nimport keras", "keras.saving.load_model(file)", ZIPPED,
        "{name: each[0] for name, each in loaded.predict(image[None], verbose=0).items()}"),
    "litert": Runtime(
        "ai-edge-litert", "import zipfile\nfrom ai_edge_litert.interpreter import Interpreter",
        'Interpreter(file).get_signature_runner("serving_default")', ZIPPED,
        "{name: each[0] for name, each in loaded(images=image[None]).items()}"),
    "int8": Runtime(
        "ai-edge-litert", "import zipfile\nfrom ai_edge_litert.interpreter import Interpreter",
        'Interpreter(file).get_signature_runner("serving_default")', ZIPPED,
        "{name: each[0] for name, each in loaded(images=image[None]).items()}", 256,
        "at its own size, as bytes, and gives bytes: 256 would be certain",
        'side = loaded.get_input_details()["images"]["shape"][1]\n'
        "image = np.asarray(image.resize((side, side), Image.Resampling.HAMMING))"),
    "onnx": Runtime(
        "onnxruntime", "import onnxruntime", "onnxruntime.InferenceSession(file)",
        'loaded.get_modelmeta().custom_metadata_map["labels"].split("\\n")',
        "{output.name: each[0] for output, each in "
        'zip(loaded.get_outputs(), loaded.run(None, {"images": image[None]}))}'),
    "savedmodel": Runtime(
        "tensorflow", "import tensorflow", "tensorflow.saved_model.load(file)",
        '[name.decode() for name in loaded.signatures["labels"]()["labels"].numpy()]',
        "{name: each.numpy()[0] for name, each in "
        'loaded.signatures["serving_default"](images=tensorflow.constant(image[None])).items()}'),
}
PROGRAM = """\
# Prints the three likeliest classes of an image:  python THIS_FILE IMAGE
# It needs:  pip install {packages} numpy pillow
import io
import os
import sys
{imports}
import numpy as np
from PIL import Image, ImageCms, ImageOps

if len(sys.argv) != 2:
    sys.exit(f"usage: python {{os.path.basename(__file__)}} IMAGE")
# Cameras store photographs as they lie, and note how to turn them; the export takes them upright, {size}.
try:
    image = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("RGB")
except OSError as error:
    sys.exit(f"{{sys.argv[1]}}: {{error.strerror or 'no image that Pillow can read'}}")
profile = image.info.get("icc_profile")
if profile:
    # Other colours than sRGB's, as many phones store them.
    try:
        image = ImageCms.profileToProfile(image, io.BytesIO(profile), ImageCms.createProfile("sRGB"))
    except ImageCms.PyCMSError:
        print("its colour profile cannot be used", file=sys.stderr)
file = os.path.join(os.path.dirname(os.path.abspath(__file__)), {name!a})
loaded = {load}
names = {names}
{prepare}
outputs = {predict}
probabilities = outputs["probabilities"] / {certain}
for place in probabilities.argsort()[::-1][:3]:
    print(names[place], f"{{probabilities[place]:.3f}}")
if outputs.get("score", 0) > 1:
    print({unlike!r})
"""


def how_to_run(form: str, name: str) -> str:
    """The program for an export.

    Args:
        form: name of the format.
        name: of the exported file or folder, which lies beside the program.
    """
    return marked_text(PROGRAM.format(name=name, unlike=UNLIKE, **RUNTIMES[form]._asdict()), PYTHON)

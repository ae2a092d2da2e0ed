"""The networks of `keras.applications` as backbones, by the names that they have there.

Top-1 and image sizes are those of https://keras.io/api/applications/; of MobileNetV3 and of MobileNetV2_035 those in
their modules. Parameters, multiply-adds and layers are counted in what Keras 3.15.1 builds.
"""

from dataclasses import replace
from typing import Any

from auxiliary.networks.backbone import IMAGENET_DEVIATIONS, IMAGENET_MEANS, PLUS_MINUS_ONE, Backbone, Rescale

Figures = tuple[str, float, int, int, int, int, int]
EFFICIENTNET_B = "auxiliary.networks.efficientnet_b:efficientnet_b"


def _family(about: str, rescale: Rescale | None, *networks: Figures, **shared: Any) -> list[Backbone]:
    """Networks that share a description, their preprocessing and other fields."""
    return [Backbone(name, about, *figures, rescale, f"keras.applications:{name}", **shared)
            for name, *figures in networks]


# Name, top-1, image size, channels, parameters, multiply-adds, layers.
KERAS_APPLICATIONS: tuple[Backbone, ...] = (
    *_family("depthwise filters, for phones (2017)", PLUS_MINUS_ONE,
             ("MobileNet", 70.4, 224, 1024, 3_228_864, 567_716_352, 86), weights_at=224),
    *_family("small and fast, for phones (2018)", PLUS_MINUS_ONE,
             ("MobileNetV2", 71.3, 224, 1280, 2_257_984, 299_494_272, 154), weights_at=224, options={"alpha": 1.0}),
    Backbone("MobileNetV2_035", "MobileNetV2 at 0.35 of its width", 60.3, 224, 1280, 410_208, 58_005_808, 154,
             PLUS_MINUS_ONE, "keras.applications:MobileNetV2", {"alpha": 0.35}, weights_at=224),
    *_family("for phones, found by search (2019)", None,
             ("MobileNetV3Small", 68.1, 224, 576, 939_120, 54_896_576, 157),
             ("MobileNetV3Large", 75.6, 224, 960, 2_996_352, 214_080_960, 187)),
    *(replace(network, builder=EFFICIENTNET_B, options={"number": number}) for number, network in enumerate(
        _family("scaled depth, width and size (2019)", IMAGENET_DEVIATIONS,
                ("EfficientNetB0", 77.1, 224, 1280, 4_049_564, 384_534_752, 235),
                ("EfficientNetB1", 79.1, 240, 1280, 6_575_232, 568_371_680, 337),
                ("EfficientNetB2", 80.1, 260, 1408, 7_768_562, 657_555_440, 337),
                ("EfficientNetB3", 81.6, 300, 1536, 10_783_528, 961_172_240, 382),
                ("EfficientNetB4", 82.9, 380, 1792, 17_673_816, 1_501_918_432, 472),
                ("EfficientNetB5", 83.6, 456, 2048, 28_513_520, 2_354_445_184, 574),
                ("EfficientNetB6", 84.0, 528, 2304, 40_960_136, 3_357_862_848, 664),
                ("EfficientNetB7", 84.3, 600, 2560, 64_097_680, 5_167_305_152, 811)))),
    *_family("EfficientNet, faster to train (2021)", None,
             ("EfficientNetV2B0", 78.7, 224, 1280, 5_919_312, 716_806_176, 270),
             ("EfficientNetV2B1", 79.8, 240, 1280, 6_931_124, 1_014_579_232, 334),
             ("EfficientNetV2B2", 80.5, 260, 1408, 8_769_374, 1_167_422_832, 349),
             ("EfficientNetV2B3", 82.0, 300, 1536, 12_930_622, 1_608_442_624, 409),
             ("EfficientNetV2S", 83.9, 384, 1280, 20_331_360, 2_848_615_872, 513),
             ("EfficientNetV2M", 85.3, 480, 1280, 53_150_388, 5_360_927_200, 740),
             ("EfficientNetV2L", 85.7, 480, 1280, 117_746_848, 12_229_908_544, 1028)),
    *_family("a ResNet brought up to date (2022)", None,
             ("ConvNeXtTiny", 81.3, 224, 768, 27_820_128, 4_454_763_264, 133),
             ("ConvNeXtSmall", 82.3, 224, 768, 49_454_688, 8_682_944_256, 259),
             ("ConvNeXtBase", 85.3, 224, 1024, 87_566_464, 15_353_705_472, 259),
             ("ConvNeXtLarge", 86.3, 224, 1536, 196_230_336, 34_359_897_600, 259),
             ("ConvNeXtXLarge", 86.7, 224, 2048, 348_147_968, 60_918_982_656, 259)),
    *_family("each layer sees all before it (2017)", IMAGENET_DEVIATIONS,
             ("DenseNet121", 75.0, 224, 1024, 7_037_504, 2_833_137_664, 427),
             ("DenseNet169", 76.2, 224, 1664, 12_642_880, 3_358_179_328, 595),
             ("DenseNet201", 77.3, 224, 1920, 18_321_984, 4_289_445_888, 707)),
    *_family("cells found by search (2018)", PLUS_MINUS_ONE,
             ("NASNetMobile", 74.4, 224, 1056, 4_269_716, 562_582_816, 769), weights_at=224),
    *_family("cells found by search (2018)", PLUS_MINUS_ONE,
             ("NASNetLarge", 82.5, 331, 4032, 84_916_818, 10_279_764_000, 1039), weights_at=331),
    *_family("the residual network (2015)", IMAGENET_MEANS,
             ("ResNet50", 74.9, 224, 2048, 23_587_712, 3_855_925_248, 175),
             ("ResNet101", 76.4, 224, 2048, 42_658_176, 7_568_146_432, 345),
             ("ResNet152", 76.6, 224, 2048, 58_370_944, 11_280_367_616, 515), bgr=True),
    *_family("residual, normalised first (2016)", PLUS_MINUS_ONE,
             ("ResNet50V2", 76.0, 224, 2048, 23_564_800, 3_480_207_360, 190),
             ("ResNet101V2", 77.2, 224, 2048, 42_626_560, 7_192_428_544, 377),
             ("ResNet152V2", 78.0, 224, 2048, 58_331_648, 10_904_649_728, 564)),
    *_family("filters of several sizes (2016)", PLUS_MINUS_ONE,
             ("InceptionV3", 77.9, 299, 2048, 21_802_784, 2_835_873_120, 311),
             ("InceptionResNetV2", 80.3, 299, 1536, 54_336_736, 6_467_425_120, 780), smallest=75),
    *_family("Inception of depthwise filters (2016)", PLUS_MINUS_ONE,
             ("Xception", 79.0, 299, 2048, 20_861_480, 4_550_831_072, 132), smallest=71),
    *_family("a plain stack of convolutions (2014)", IMAGENET_MEANS,
             ("VGG16", 71.3, 224, 512, 14_714_688, 15_346_630_656, 19),
             ("VGG19", 71.3, 224, 512, 20_024_384, 19_508_428_800, 22), bgr=True),
)

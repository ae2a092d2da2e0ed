"""The conclusions of the published table of animals10, and the pairs of experiments that bear on each.

Each pair differs in what the conclusion is about, or as nearly as the table allows.
"""

from typing import NamedTuple


class Pair(NamedTuple):
    """Two experiments by their keys, and in which layers they differ besides what the conclusion is about.

    Attributes:
        key: the one that is better if the conclusion is right.
        other: the one that it is compared with.
        besides: other differences of the layers; those of rates and epochs follow from the profile.
    """

    key: str
    other: str
    besides: str = ""


class Conclusion(NamedTuple):
    """A conclusion.

    Attributes:
        claim: what it says.
        pairs: what is compared.
        small: whether it says that the mean difference is small, either way; else that it is above 0.
    """

    claim: str
    pairs: tuple[Pair, ...]
    small: bool = False


POOLING = "pooling after the last convolution"
WIDER = "128 filters first, not 64"
CONCLUSIONS = (
    Conclusion("four or five convolutions are better than three", (
        Pair("conv4invto128_dense1", "conv3invert_dense1"),
        Pair("conv5invto128_dense1", "conv3invert_dense1"),
        Pair("conv4lesspollinv_dense1", "conv3invert_dense1", f"no {POOLING}"),
        Pair("conv4lesspoll_dense1", "conv3_dense1", f"{WIDER}; no {POOLING}"),
        Pair("conv5_dense1", "conv3_dense1", WIDER),
        Pair("conv4small_dense1", "conv3_dense1"),
        Pair("conv5small_dense1", "conv3_dense1"),
        Pair("conv4small_dense2_lowlr", "conv3_dense2"),
        Pair("conv4dense2", "conv3_dense2", WIDER))),
    Conclusion("increasing filters are better than decreasing ones", (
        Pair("conv3invert_dense1", "conv3_dense1"),
        Pair("conv4lesspollinv_dense1", "conv4lesspoll_dense1"),
        Pair("conv4invto128_dense1", "conv4lesspoll_dense1", POOLING),
        Pair("conv4invto128_dense1_80epochs", "conv4lesspoll_dense1_80epochs", POOLING),
        Pair("conv5invto128_dense1", "conv5_dense1"))),
    Conclusion("a larger dense layer is better", (
        Pair("conv4invto128_dense256", "conv4invto128_dense1_80epochs"),
        Pair("conv5invto128_dense256", "conv5invto128_dense1_80total"),
        Pair("conv4inv8to128_pool_dense196", "conv4inv8to128_dense96", "last pooling 3x3"),
        Pair("conv4inv128_pool_dense256", "conv4inv8to128_pool_dense196", "16 filters first, not 8"))),
    Conclusion("classes sampled to a larger size are better: largest, mean, smallest", (
        Pair("base_upsamp_augment+", "base_meansamp_augment+"),
        Pair("base_meansamp_augment+", "base_downsamp_augment+"),
        Pair("conv4invto128_dense256_upsamp", "conv4invto128_dense256"),
        Pair("conv5invto128_dense256_upsamp", "conv5invto128_dense256"),
        Pair("conv4invto128_pool_dense256_upsamp", "conv4inv128_pool_dense256"))),
    Conclusion("more dense layers on a backbone change little", (
        Pair("mobnet2_2dense", "mobnet2_small"),
        Pair("mobnet2_3dense", "mobnet2_small")), small=True),
    Conclusion("fine-tuning changes little", (
        Pair("mobnet2_small_tune20", "mobnet2_small"),
        Pair("mobnet2_small_tune20_1e-4", "mobnet2_small"),
        Pair("mobnet2_small_tune20_15epochs", "mobnet2_small"),
        Pair("resnet2_small_finetune", "resnet2_small"),
        Pair("resnet2_small_finetune_1e-5", "resnet2_small"),
        Pair("effnet2S_small_finetune", "effnet2S_small")), small=True),
)

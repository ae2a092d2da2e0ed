"""The benchmarks: what is measured, against what, and the aimed-for speed."""

from typing import NamedTuple


class Against(NamedTuple):
    """Another way to do the same work.

    Attributes:
        name: what it is.
        side: the script that does it that way, and its arguments; before them environment variables, as in a shell.
        target: how many times as fast ours should be, the aim.
        needs: an optional package it needs.
    """

    name: str
    side: str
    target: float
    needs: str = ""


class Work(NamedTuple):
    """Work that is timed our way and in other ways.

    Attributes:
        name: what is done.
        ours: the script that does it our way, and its arguments.
        others: what it is compared with.
        rounds: how often each side runs; the median counts.
    """

    name: str
    ours: str
    others: list[Against]
    rounds: int = 3


def features_of(backbone: str, target: float) -> Work:
    """The pass over all images that a frozen backbone makes once."""
    return Work(f"features of {backbone}, 224 px", f"features ours {backbone}",
                [Against("model.predict, float32", f"features predict {backbone}", target)])


def frozen(backbone: str) -> Work:
    """A head trained on a frozen backbone."""
    return Work(f"15 epochs of a new head on frozen {backbone}, 320 images", f"frozen ours {backbone}",
                [Against("the backbone runs every epoch", f"frozen notebook {backbone}", 12.0)])


def tuned(backbone: str, layers: int, target: float, rounds: int = 3) -> Work:
    """The last layers of a backbone, trained with a head."""
    return Work(f"5 epochs of the last {layers} layers of {backbone}, 320 images", f"tuned ours {backbone} {layers}", [
        Against("Keras's way: all layers run every epoch, float32", f"tuned keras {backbone} {layers}", target),
        Against("all layers run every epoch, images decoded once", f"tuned whole {backbone} {layers}", 1.0)],
        rounds)


def network(profile: str, key: str, batch: int, side: int) -> Work:
    """Training steps of a network, of which layers and optimiser alone decide how long they take."""
    return Work(f"30 training steps of {key}, {batch} images of {side} px", f"network ours {profile} {key} {side}", [
        Against("Keras's batch normalisation and optimiser", f"network keras {profile} {key} {side}", 1.5),
        Against("PyTorch, bfloat16 autocast, channels last", f"network_torch {key} {batch} {side}", 1.3, "torch")])


def with_onednn(name: str, side: str) -> Work:
    """Work that TensorFlow does without oneDNN on processors without AVX-512 VNNI or AMX, if nobody asks for it."""
    return Work(f"with oneDNN: {name}", side, [Against("without", f"TF_ENABLE_ONEDNN_OPTS=0 {side}", 1.0)])


WORKS = [
    Work("catalogue and preprocess, hashes included", "prepare_ours", [
        Against("Pillow's plain calls, one process", "prepare_notebook", 2.5),
        Against("bare decode, resize and encode on all cores", "prepare_bare", 1 / 1.25)]),
    Work("an epoch of conv4invto128_dense256, 224 px, augmented", "epoch_ours", [
        Against("tf.data as in a first notebook, files decoded every epoch", "epoch_notebook", 2.0),
        Against("image_dataset_from_directory and augmentation layers", "epoch_keras", 1.5),
        Against("PyTorch, eager", "epoch_torch float32", 1.3, "torch"),
        Against("PyTorch, bfloat16 autocast, channels last", "epoch_torch bfloat16", 1.3, "torch")]),
    Work("30 training steps fed by the augmented pipeline", "step fed", [
        Against("the same steps on a batch in memory", "step memory", 1 / 1.1)]),
    network("cifar10-ladder", "air8_alternating", 256, 32),
    network("animals10", "resnet_5000_hour", 64, 112),
    frozen("MobileNetV2"), frozen("EfficientNetLite0"),
    tuned("EfficientNetV2S", 30, 6.0, rounds=1), tuned("MobileNetV2", 20, 3.0), tuned("EfficientNetLite0", 30, 3.0),
    features_of("EfficientNetV2S", 2.0), features_of("MobileNetV2", 1.5), features_of("EfficientNetLite0", 1.5),
    with_onednn("features of EfficientNetLite0, 224 px", "features ours EfficientNetLite0"),
    with_onednn("30 training steps of conv5invto128_dense1, 32 images of 224 px",
                "network ours animals10 conv5invto128_dense1 224"),
    with_onednn("30 training steps of airbench_small, 128 images of 28 px", "network ours demo airbench_small 28"),
    Work("1,216 photographs predicted to a CSV by EfficientNetLite0, 224 px", "predict_csv table", [
        Against("the features of the same images, prepared", "predict_csv features", 0.9)]),
    Work("second run of two experiments of animals10 with nothing changed", "again second", [
        Against("its first run, 20 epochs each", "again first", 20.0)], rounds=1),
    Work("twelve equal small experiments, on two workers of one core each", "cluster train workers", [
        Against("one after the other on two cores", "cluster train alone", 1.2, "distributed")]),
    Work("preparing on two workers of a cluster", "cluster prepare workers", [
        Against("on a pool of two processes", "cluster prepare alone", 0.9, "distributed")]),
    Work("python -m auxiliary --help", "started help", [Against("importing TensorFlow", "started tensorflow", 10.0)]),
]

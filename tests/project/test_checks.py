import pytest

from auxiliary.core.errors import UserError


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("conv(8)", "covn(8)"), "experiment 'small': unknown net operation 'covn': did you mean 'conv'?"),
        (
            ("conv(8) |", "conv(8) | pool(99) |"),
            "experiment 'small': net `conv(8) | pool(99) | pool | flatten`: operation 2",
        ),
        (("| flatten", "| dense(3)"), "experiment 'small': net `conv(8) | pool | dense(3)`: operation 3"),
        (
            ("augment: flip", "augment: flop"),
            "experiment 'small': unknown augment operation 'flop': did you mean 'flip'?",
        ),
        (("epochs: 3", "epochs: 3, augment: zoom(2)"), "experiment 'longer': augment: `zoom(2)`: share:"),
        (
            ("EfficientNetLite0", "EficientNetLite0"),
            "experiment 'frozen': unknown backbone 'EficientNetLite0': did you mean 'EfficientNetLite0'?",
        ),
        (
            ("EfficientNetLite0", "[EfficientNetLite0, EficientNetLite2]"),
            "experiment 'frozen': unknown backbone 'EficientNetLite2': did you mean 'EfficientNetLite2'?",
        ),
        (
            ("EfficientNetLite0", "[EfficientNetLite0, EfficientNetLite2]"),
            "experiment 'tuned': several backbones stay frozen, as `tune_last` counts the layers of one",
        ),
        (("head: gap", "head: dense(3)"), "experiment 'frozen': head 'dense(3)' must start with `gap`"),
        (("head: gap", "head: gap | conv(3)"), "experiment 'frozen': net `gap | conv(3)`: operation 2"),
        (
            ("image_size: 112", "image_size: 16"),
            "experiment 'frozen': image_size 16 is too small for EfficientNetLite0: it needs",
        ),
        (("epochs: 3", "epochs: 3, class_weight: balanced"), "experiment 'longer': `class_weight: balanced` does"),
        (("epochs: 3", "epochs: 3, schedule: cosine(3)"), "experiment 'longer': the warm-up of `cosine(3)`"),
        (("epochs: 3", "epochs: 3, tta: shift(999)"), "experiment 'longer': `tta` moves images of"),
        (("epochs: 4", "epochs: 4, tta: augmented(3)"), "experiment 'frozen': `tta` averages over augmented images"),
        (
            ("epochs: 3", "epochs: 3, tta: augmented(2), augment: flip | mixup(0.2)"),
            "experiment 'longer': augment: mixup and cutmix mix images and their labels, but `tta`",
        ),
        (
            ("epochs: 4", "epochs: 4, augment: cutmix(1)"),
            "experiment 'frozen': augment: mixup and cutmix mix images and their labels, but a frozen backbone's",
        ),
    ],
)
def test_an_experiment_that_cannot_work_is_named(load, change, message):
    with pytest.raises(UserError) as caught:
        load(change)
    assert str(caught.value).startswith(message)


def test_a_network_must_fit_its_image_size(load):
    with pytest.raises(UserError, match=r"experiment 'small': .*a window of 3 pixels does not fit into 2"):
        load(image_size=2)


@pytest.mark.parametrize("epochs", [0, 1])
def test_a_frozen_experiment_may_be_augmented_in_training_and_test(load, epochs):
    load(("tune_last: 5", "tta: augmented(3), augment: flip"), ("0.0001, epochs: 1", f"0.0001, epochs: {epochs}"))


@pytest.mark.parametrize("change", [
    ("conv(8) | pool | flatten", "conv(8) | gap | dense(4) | batchnorm"), ("head: gap", "head: gap | batchnorm")])
def test_a_batch_of_one_image_is_refused_where_nothing_would_be_learnt(load, change):
    load(change, batch_size=2)
    with pytest.raises(UserError, match=r"experiment '(small|frozen)': with `batch_size: 1`, batchnorm\d would give"):
        load(change, batch_size=1)


def test_a_batch_of_one_image_is_fine_elsewhere(load):
    load(("conv(8) | pool", "conv(8) | batchnorm | pool"), batch_size=1)


def test_what_trains_nothing_may_have_batches_of_one_image(load):
    untrained = ("epochs: 2", "epochs: 0"), (", parent: small", ", net: gap")
    load(("flatten", "flatten | batchnorm"), *untrained, batch_size=1)

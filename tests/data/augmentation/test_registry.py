import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.augmentation.registry import DEFAULT, mixes, refuse_mixing
from tests.draws import parsed


def test_the_default_spec_can_be_read():
    assert len(parsed(DEFAULT)) == 5


@pytest.mark.parametrize("spec", [
    "shift", "shift(1)", "shift(-0.1)", "zoom(1)", "brightness(1)", "saturation(dark)", "flip(0.5)", "flop",
    "crop", "crop(0)", "crop(1.1)", "crop(0.5, 0.5)", "translate(1.5)", "translate(-1)", "rotate(181)", "shear(1)",
    "colour(1)", "colour(grey=2)", "erase(2)", "erase(0.5, 0)", "mixup", "mixup(0)", "cutmix(-1)",
    "randaugment(0)", "randaugment(2, 11)", "randaugment(1.5)", "flip(batches=0)", "mixup(1, batches=1.5)"])
def test_arguments_have_limits(spec):
    with pytest.raises(UserError, match="augment"):
        parsed(spec)


@pytest.mark.parametrize(("spec", "mixed"), [
    ("", False), (DEFAULT, False), ("flip | mixup(0.2)", True), ("cutmix(1)", True)])
def test_what_mixes_images_is_known(spec, mixed):
    assert mixes(parsed(spec)) == mixed


def test_what_mixes_images_can_be_refused():
    refuse_mixing(parsed(DEFAULT), "nothing is")
    with pytest.raises(UserError, match="augment: mixup and cutmix mix images and their labels, but frozen is frozen"):
        refuse_mixing(parsed("flip | cutmix(1)"), "frozen is frozen")

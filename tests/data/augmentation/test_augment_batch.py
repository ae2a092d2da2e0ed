from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest

from auxiliary.data.augmentation.augment_batch import augment_batch, mix_batch
from auxiliary.data.augmentation.colours import Brightness, Saturation
from auxiliary.data.augmentation.moves import Crop, Flip, Rotate, Shear, Shift, Translate, Zoom
from auxiliary.data.augmentation.registry import AUGMENTATIONS, DEFAULT
from tests.draws import NOISE, augmented, draw, drawn, parsed, same

SPECS = ["flip", "flip(alternating=True)", "shift(0.3)", "translate(3)", "zoom(0.3)", "crop(0.3)", "rotate(30)",
         "shear(0.3)", "brightness(0.3)", "saturation(0.3)", "colour(0.3, 0.3, 0.3, grey=0.2)", "erase(0.9)",
         "randaugment(2, 9)", DEFAULT, "crop(0.3) | flip | colour(0.3) | erase(0.5) | randaugment"]
MIXING = ["mixup(1)", "cutmix(1)", "flip | mixup(0.2, batches=0.5) | cutmix(1, batches=0.5)"]
LABELS = np.eye(4, dtype="float32")[np.arange(40) % 4]


def changed(spec, images=NOISE, labels=LABELS, **options):
    """A batch and its labels as training gets them."""
    steps, own = parsed(spec), draw(len(images), **options)
    return mix_batch(augment_batch(images, steps, own), labels, steps, own)


def test_every_augmentation_is_tested_here():
    assert {type(step) for spec in SPECS + MIXING for step in parsed(spec)} == set(AUGMENTATIONS.values())


@pytest.mark.parametrize("spec", SPECS)
class TestEveryLine:
    def test_images_stay_images(self, spec):
        result = augment_batch(NOISE, parsed(spec), draw(40))
        assert (result.shape, result.dtype) == (NOISE.shape, "uint8")
        assert not same(result, NOISE)

    def test_the_given_images_stay_as_they_are(self, spec):
        given = NOISE.copy()
        augmented(spec, given)
        np.testing.assert_array_equal(given, NOISE)

    def test_each_image_of_a_batch_goes_its_own_way(self, spec):
        result = augmented(spec, np.repeat(NOISE[:1], 40, axis=0))
        assert not same(result, result[:1])

    def test_images_need_not_be_square(self, spec):
        assert augmented(spec, NOISE[:, :6]).shape == (40, 6, 10, 3)

    def test_a_batch_may_be_one_image_of_one_pixel(self, spec):
        assert augmented(spec, NOISE[:1, :1, :1]).shape == (1, 1, 1, 3)

    @pytest.mark.parametrize("size", [7, 10, 25])
    def test_images_are_brought_to_a_size(self, spec, size):
        assert augmented(spec, size=size).shape == (40, size, size, 3)


@pytest.mark.parametrize("spec", [*SPECS, *MIXING])
class TestDraws:
    def test_seed_epoch_and_step_decide_in_any_thread_and_order(self, spec):
        every = list(product([1, 2], [0, 1, 2], [0, 1, 2]))

        def made(which):
            images, labels = changed(spec, **dict(zip(("seed", "epoch", "step"), which, strict=True)))
            return images.tobytes() + labels.tobytes()

        expected = {which: made(which) for which in every}
        np.random.default_rng(0).shuffle(every)
        with ThreadPoolExecutor(4) as threads:
            assert dict(zip(every, threads.map(made, every), strict=True)) == expected

    def test_another_seed_makes_other_images(self, spec):
        assert not np.array_equal(changed(spec, seed=1)[0], changed(spec, seed=2)[0])

    def test_another_epoch_makes_other_images(self, spec):
        assert not np.array_equal(changed(spec, epoch=4)[0], changed(spec, epoch=5)[0])

    def test_another_step_makes_other_images_unless_images_decide(self, spec):
        same_images = np.array_equal(changed(spec, step=4)[0], changed(spec, step=5)[0])
        assert same_images == ("alternating" in spec)

    def test_it_acts_on_a_share_of_the_batches(self, spec):
        name, _, arguments = spec.split(" | ")[0].rstrip(")").partition("(")
        spec = f"{name}({', '.join([*filter(None, [arguments]), 'batches=0.3'])})"
        few, labels = NOISE[:8], LABELS[:8]
        unchanged = [np.array_equal(changed(spec, few, labels, step=step)[0], few) for step in range(400)]
        assert 0.62 < np.mean(unchanged) < 0.78


def test_an_empty_spec_changes_nothing():
    images, labels = changed("")
    assert images is NOISE
    assert labels is LABELS


@pytest.mark.parametrize("spec", ["shift(0)", "translate(0)", "zoom(0)", "crop(1, 1)", "rotate(0)", "shear(0)",
                                  "brightness(0)", "saturation(0)", "colour", "erase(0)"])
def test_no_strength_changes_nothing(spec):
    assert same(augmented(spec), NOISE)


@pytest.mark.parametrize("step", [Flip(), Shift(0.5), Translate(3), Zoom(0.5), Rotate(90), Shear(0.5), Brightness(0.5),
                                  Saturation(0.5)], ids=repr)
def test_no_draw_changes_nothing(step):
    count = 2 if isinstance(step, Shift | Translate | Shear) else 1
    assert same(augmented([drawn(step, *[0.0] * count)]), NOISE)


class TestOrder:
    SHIFT, FLIP = drawn(Shift(0.2), 1.0, 0.0), drawn(Flip(), -1.0)
    # The left half of the image, all of it used.
    HALF = drawn(Crop(0.5, 2), 1.0, -1.0, -1.0, 0.0)

    @pytest.mark.parametrize("steps", [(SHIFT, FLIP), (FLIP, SHIFT)])
    def test_moves_follow_each_other_as_written(self, steps):
        one_by_one = augmented([steps[1]], augmented([steps[0]]).astype("uint8"))
        assert same(augmented(steps)[:, :, 2:-2], one_by_one[:, :, 2:-2])

    def test_a_crop_after_a_flip_is_another_part_than_before_it(self):
        ramp = np.uint8(20 * np.arange(10))[None, None, :, None].repeat(10, 1).repeat(3, 3)
        assert augmented([self.HALF, self.FLIP], ramp).max() < 110
        assert augmented([self.FLIP, self.HALF], ramp).min() > 70

    def test_moves_come_first(self):
        np.testing.assert_array_equal(augmented([Brightness(0.5), self.SHIFT]),
                                      augmented([Brightness(0.5)], augmented([self.SHIFT]).astype("uint8")))

    def test_colours_follow_each_other_as_written(self):
        """White is darkened to grey, which strengthening leaves; strong red, darkened, stays strong."""
        darken, strengthen = drawn(Brightness(0.2), -1.0), drawn(Saturation(0.5), 1.0)
        red = np.full((1, 1, 1, 3), (200, 100, 100), "uint8")
        grey = 200 * 0.299 + 100 * 0.701
        lighter = grey + 1.5 * (np.array([200, 100, 100]) - grey)
        assert same(augmented([strengthen, darken], red), np.clip(lighter - 51, 0, 255))
        assert same(augmented([darken, strengthen], red), lighter - 51)
        assert not same(augmented([darken, drawn(Saturation(0.5), 1.0)], red), lighter)

    def test_values_above_white_between_two_steps_are_not_lost(self):
        bright = np.full((1, 1, 1, 3), 250, "uint8")
        assert same(augmented([drawn(Brightness(0.2), 1.0), drawn(Brightness(0.2), -1.0)], bright), bright)

    def test_what_is_erased_before_colours_change_is_recoloured_and_what_is_erased_after_is_not(self):
        before, after = (augmented(spec, np.zeros((40, 20, 20, 3), "uint8")) for spec in (
            "erase(1) | saturation(0.9) | colour(grey=1)", "saturation(0.9) | colour(grey=1) | erase(1)"))
        assert np.ptp(before, axis=-1).max() == 0
        assert np.ptp(after, axis=-1).max() > 0


class TestMixing:
    BOTH = "mixup(1, batches=0.5) | cutmix(1, batches=0.5)"

    def test_the_first_that_acts_wins(self):
        """Mixup alone makes values between those of two images, cutmix alone takes all from one or the other."""
        black_or_white = np.where(np.arange(40)[:, None, None, None] % 2, 0, 255) * np.ones_like(NOISE)
        kinds = {"none": 0, "mixup": 0, "cutmix": 0}
        for step in range(400):
            images, labels = changed(self.BOTH, black_or_white.astype("uint8"), step=step)
            values = np.unique(images)
            kinds["none" if labels is LABELS else "mixup" if len(values) > 2 else "cutmix"] += 1
        assert kinds["mixup"] == pytest.approx(200, abs=40)
        assert kinds["cutmix"] == pytest.approx(100, abs=35)
        assert kinds["none"] == pytest.approx(100, abs=35)

    def test_the_second_one_does_nothing_then(self):
        for one, other in zip(changed("mixup(1) | cutmix(1)"), changed("mixup(1)"), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_whatever_else_a_spec_holds_is_done_once(self):
        steps = parsed("brightness(0.3) | mixup(1, batches=0.5)")
        images, labels = mix_batch(NOISE, LABELS, parsed("brightness(0.3)"), draw(40))
        assert images is NOISE
        assert labels is LABELS
        np.testing.assert_array_equal(augment_batch(NOISE, steps, draw(40)), augmented("brightness(0.3)"))

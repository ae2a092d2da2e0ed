
import numpy as np
import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_spec
from auxiliary.data.augment import (
    AUGMENTATIONS,
    DEFAULT,
    LUMA,
    Brightness,
    Flip,
    Move,
    Recolour,
    Saturation,
    Shift,
    Zoom,
    augment_batch,
)

NOISE = np.random.default_rng(0).integers(0, 256, (40, 10, 10, 3), "uint8")
SPECS = ["flip", "shift(0.3)", "zoom(0.3)", "brightness(0.3)", "saturation(0.3)", DEFAULT]


def drawn(step, *numbers):
    """The step as if it had drawn `numbers` for each image."""

    class Drawn(Move if isinstance(step, Move) else Recolour):
        draws = step.draws

        def matrices(self, draws):
            return step.matrices(np.repeat([numbers], len(draws), axis=0))

    return Drawn()


def augmented(steps, images=NOISE, seed=0):
    """A batch augmented by a spec or by steps, as floats, so that differences have a sign."""
    steps = parse_spec(steps, AUGMENTATIONS, "augment") if isinstance(steps, str) else steps
    return augment_batch(images, steps, np.random.default_rng(seed)).astype(float)


def same(one, other):
    """Equal but for rounding: twice, where pixels move and change colour."""
    return np.allclose(one, other, atol=1.01)


class TestEveryLine:
    @pytest.mark.parametrize("spec", SPECS)
    def test_images_stay_images(self, spec):
        result = augment_batch(NOISE, parse_spec(spec, AUGMENTATIONS, "augment"), np.random.default_rng(0))
        assert (result.shape, result.dtype) == (NOISE.shape, "uint8")
        assert not same(result, NOISE)

    @pytest.mark.parametrize("spec", SPECS)
    def test_the_seed_decides(self, spec):
        np.testing.assert_array_equal(augmented(spec, seed=1), augmented(spec, seed=1))
        assert not same(augmented(spec, seed=1), augmented(spec, seed=2))

    @pytest.mark.parametrize("spec", SPECS)
    def test_the_given_images_stay_as_they_are(self, spec):
        given = NOISE.copy()
        augmented(spec, given)
        np.testing.assert_array_equal(given, NOISE)

    @pytest.mark.parametrize("spec", SPECS)
    def test_each_image_of_a_batch_goes_its_own_way(self, spec):
        copies = np.repeat(NOISE[:1], 40, axis=0)
        result = augmented(spec, copies)
        assert not same(result, result[:1])

    def test_an_empty_spec_changes_nothing(self):
        np.testing.assert_array_equal(augmented(""), NOISE)

    @pytest.mark.parametrize("spec", ["shift(0)", "zoom(0)", "brightness(0)", "saturation(0)"])
    def test_no_strength_changes_nothing(self, spec):
        assert same(augmented(spec), NOISE)

    def test_no_draw_changes_nothing(self):
        for step in (Flip(), Shift(0.5), Zoom(0.5), Brightness(0.5), Saturation(0.5)):
            assert same(augmented([drawn(step, *[0.0] * step.draws)]), NOISE)

    @pytest.mark.parametrize("spec", SPECS)
    def test_images_need_not_be_square(self, spec):
        assert augmented(spec, NOISE[:, :6]).shape == (40, 6, 10, 3)


class TestFlip:
    def test_half_of_the_images_are_mirrored_and_the_others_as_they_were(self):
        images = np.tile(NOISE, (25, 1, 1, 1))
        result = augmented("flip", images)
        mirrored = np.isclose(result, images[:, :, ::-1], atol=1.01).all(axis=(1, 2, 3))
        unchanged = np.isclose(result, images, atol=1.01).all(axis=(1, 2, 3))
        assert (mirrored != unchanged).all()
        assert 0.45 < mirrored.mean() < 0.55


class TestShift:
    @pytest.mark.parametrize(("draws", "result", "source"), [
        ((1.0, 0.0), np.s_[:, :, :-2], np.s_[:, :, 2:]),
        ((-0.5, 0.0), np.s_[:, :, 1:], np.s_[:, :, :-1]),
        ((0.0, 1.0), np.s_[:, :-2], np.s_[:, 2:]),
        ((0.5, -1.0), np.s_[:, 2:, :-1], np.s_[:, :-2, 1:]),
    ])
    def test_pixels_move_by_a_share_of_the_side(self, draws, result, source):
        assert same(augmented([drawn(Shift(0.2), *draws)])[result], NOISE[source])

    def test_the_edge_is_mirrored_in(self):
        result = augmented([drawn(Shift(0.2), 1.0, 0.0)])
        assert same(result[:, :, -2:], NOISE[:, :, :-3:-1])

    def test_a_share_goes_by_each_side_of_its_own(self):
        images = NOISE[:, :5]
        assert same(augmented([drawn(Shift(0.2), 1.0, 1.0)], images)[:, :-1, :-2], images[:, 1:, 2:])


class TestZoom:
    # Brightness grows by 10 a pixel from the middle, so that the slope tells the zoom.
    RAMP = np.broadcast_to(np.uint8(125 + 10 * np.arange(-5, 6))[:, None], (2, 11, 11, 3))

    @pytest.mark.parametrize(("draw", "size"), [(1.0, 1.25), (0.4, 1.1), (-0.4, 0.9), (-1.0, 0.75)])
    def test_things_get_larger_or_smaller_by_a_share(self, draw, size):
        result = augmented([drawn(Zoom(0.25), draw)], self.RAMP)
        inner = slice(2, -2)
        assert same(result[:, :, inner], 125 + (self.RAMP[:, :, inner].astype(float) - 125) / size)

    def test_both_sides_get_the_same(self):
        sideways = self.RAMP.transpose(0, 2, 1, 3)
        step = drawn(Zoom(0.25), 1.0)
        assert same(augmented([step], sideways), augmented([step], self.RAMP).transpose(0, 2, 1, 3))


class TestBrightness:
    @pytest.mark.parametrize("draw", [-1.0, 0.5])
    def test_a_share_of_the_full_range_is_added(self, draw):
        expected = np.clip(NOISE + 255 * 0.2 * draw, 0, 255)
        assert same(augmented([drawn(Brightness(0.2), draw)]), expected)


class TestSaturation:
    @pytest.mark.parametrize("draw", [-1.0, 0.5])
    def test_the_distance_to_grey_grows_by_a_share(self, draw):
        grey = (NOISE @ np.array(LUMA))[..., None]
        expected = np.clip(grey + (1 + 0.2 * draw) * (NOISE - grey), 0, 255)
        assert same(augmented([drawn(Saturation(0.2), draw)]), expected)

    def test_grey_stays_grey(self):
        grey = np.repeat(NOISE[..., :1], 3, axis=-1)
        assert same(augmented("saturation(0.9)", grey), grey)


class TestOrder:
    SHIFT, FLIP = drawn(Shift(0.2), 1.0, 0.0), drawn(Flip(), -1.0)

    @pytest.mark.parametrize("steps", [(SHIFT, FLIP), (FLIP, SHIFT)])
    def test_moves_follow_each_other_as_written(self, steps):
        one_by_one = augmented([steps[1]], augmented([steps[0]]).astype("uint8"))
        assert same(augmented(steps)[:, :, 2:-2], one_by_one[:, :, 2:-2])

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


def parse(spec):
    return parse_spec(spec, AUGMENTATIONS, "augment")


def test_the_default_spec_uses_every_operation():
    assert {type(step) for step in parse(DEFAULT)} == set(AUGMENTATIONS.values())


@pytest.mark.parametrize("spec", ["shift", "shift(1)", "shift(-0.1)", "zoom(1)", "brightness(1)", "saturation(dark)",
                                  "flip(0.5)", "flop"])
def test_strengths_are_shares(spec):
    with pytest.raises(UserError, match="augment"):
        parse(spec)

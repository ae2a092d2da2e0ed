import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from auxiliary.data.augmentation.moves import Crop, Flip, Rotate, Shear, Shift, Translate, Zoom
from tests.draws import NOISE, WAVES, augmented, draw, drawn, same


class TestFlip:
    IMAGES = np.tile(NOISE, (25, 1, 1, 1))

    def mirrored(self, spec, **options):
        """Which images are mirrored; all others are as they were."""
        result = augmented(spec, self.IMAGES, **options)
        mirrored = (result == self.IMAGES[:, :, ::-1]).all(axis=(1, 2, 3))
        unchanged = (result == self.IMAGES).all(axis=(1, 2, 3))
        assert (mirrored != unchanged).all()
        return mirrored

    @pytest.mark.parametrize("spec", ["flip", "flip(alternating=True)"])
    def test_half_of_the_images_are_mirrored(self, spec):
        assert 0.45 < self.mirrored(spec).mean() < 0.55

    def test_alternating_takes_the_other_half_in_the_next_epoch(self):
        first, second, third = (self.mirrored("flip(alternating=True)", epoch=epoch) for epoch in range(3))
        np.testing.assert_array_equal(second, ~first)
        np.testing.assert_array_equal(third, first)

    def test_alternating_follows_the_image_wherever_it_is_in_an_epoch(self):
        order = np.random.default_rng(0).permutation(1000)
        shuffled = draw(1000, step=5)
        mirrored = [Flip(alternating=True).matrices(batch, (8, 8))[:, 0, 0]
                    for batch in (draw(1000), type(shuffled)(0, 0, 5, order))]
        np.testing.assert_array_equal(mirrored[1], mirrored[0][order])

    @pytest.mark.parametrize("seed", [1, 2**31, 2**32 - 1])
    def test_each_seed_chooses_a_half_of_its_own(self, seed):
        common = self.mirrored("flip(alternating=True)") == self.mirrored("flip(alternating=True)", seed=seed)
        assert 0.4 < common.mean() < 0.6


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


class TestTranslate:
    @pytest.mark.parametrize("side", [8, 9, 10, 32, 33])
    def test_pixels_are_copied_exactly(self, side):
        images = np.random.default_rng(0).integers(0, 256, (200, side, side, 3), "uint8")
        padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), "symmetric")
        shifts = [(y, x) for y in range(5) for x in range(5)]
        found = [[shift for shift in shifts if np.array_equal(result, image[shift[0]:, shift[1]:][:side, :side])]
                 for result, image in zip(augmented("translate(2)", images), padded, strict=True)]
        assert all(len(each) == 1 for each in found)
        # Each of the 25 about as often.
        assert {shift for each in found for shift in each} == set(shifts)

    @pytest.mark.parametrize("spec", ["translate(2) | flip", "flip(alternating=True) | translate(2)"])
    def test_mirrored_pixels_are_copied_exactly_too(self, spec):
        images = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), "uint8")
        either = np.concatenate([images, images[:, :, ::-1]], axis=2)
        for result, image in zip(augmented(spec, images), either, strict=True):
            windows = np.lib.stride_tricks.sliding_window_view(image, (28, 28, 3)).reshape(-1, 28, 28, 3)
            assert (windows == result[2:-2, 2:-2]).all(axis=(1, 2, 3)).any()

    def test_pixels_are_those_of_the_result(self):
        """One of eight pixels is two of sixteen."""
        large = NOISE[:, :8, :8].repeat(2, axis=1).repeat(2, axis=2)
        moved, unmoved = (augmented([drawn(Translate(1), number, 0.0)], large, size=8) for number in (0.9, 0.0))
        np.testing.assert_array_equal(moved[:, :, :-1], unmoved[:, :, 1:])


class TestZoom:
    # Brightness grows by 10 a pixel from the middle, so that the slope tells the zoom.
    RAMP = np.broadcast_to(np.uint8(125 + 10 * np.arange(-5, 6))[:, None], (2, 11, 11, 3))

    @pytest.mark.parametrize(("number", "size"), [(1.0, 1.25), (0.4, 1.1), (-0.4, 0.9)])
    def test_things_get_larger_or_smaller_by_a_share(self, number, size):
        result = augmented([drawn(Zoom(0.25), number)], self.RAMP)
        inner = slice(2, -2)
        assert same(result[:, :, inner], 125 + (self.RAMP[:, :, inner].astype(float) - 125) / size)

    def test_both_sides_get_the_same(self):
        sideways = self.RAMP.transpose(0, 2, 1, 3)
        step = drawn(Zoom(0.25), 1.0)
        assert same(augmented([step], sideways), augmented([step], self.RAMP).transpose(0, 2, 1, 3))


class TestCrop:
    @staticmethod
    def corners(crop, count=20_000):
        """Left, upper, right and lower end of each part, as shares of the sides, (4, N)."""
        matrices = crop.matrices(draw(count), (8, 8))
        return np.concatenate([(matrices @ [place, place, 1])[:, :2] for place in (-0.5, 0.5)], axis=1).T + 0.5

    def test_parts_are_within_the_image_and_everywhere(self):
        left, upper, right, lower = self.corners(Crop(0.1))
        assert min(left.min(), upper.min()) >= -1e-9 and max(right.max(), lower.max()) <= 1 + 1e-9
        for first, last in ((left, right), (upper, lower)):
            room = 1 - (last - first)
            assert np.quantile((first / room)[room > 0.1], [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.02)

    def test_their_area_is_uniform_from_the_least_to_all(self):
        left, upper, right, lower = self.corners(Crop(0.35))
        area = (right - left) * (lower - upper)
        assert np.quantile(area, [0, 0.25, 0.5, 0.75, 1]) == pytest.approx([0.35, 0.5125, 0.675, 0.8375, 1], abs=0.01)

    def test_their_sides_differ_by_up_to_a_ratio(self):
        left, upper, right, lower = self.corners(Crop(0.08, 2))
        ratio = ((right - left) / (lower - upper))[(right - left) * (lower - upper) < 0.5]
        assert np.quantile(np.log2(ratio), [0, 0.25, 0.5, 0.75, 1]) == pytest.approx([-1, -0.5, 0, 0.5, 1], abs=0.02)

    def test_the_part_is_stretched_to_the_image(self):
        """A quarter of the area in the upper right, as Pillow makes it."""
        result = augmented([drawn(Crop(0.25), 1.0, 0.0, 1.0, -1.0)], WAVES)
        expected = Image.fromarray(WAVES[0]).resize((31, 31), Image.BILINEAR, box=(15.5, 0, 31, 15.5))
        assert np.abs(result[0] - np.asarray(expected, float)).max() < 4


class TestRotate:
    @pytest.mark.parametrize("number", [-1.0, -0.3, 0.5])
    def test_images_are_turned_as_by_pillow(self, number):
        result = augmented([drawn(Rotate(40), number)], WAVES)
        expected = Image.fromarray(WAVES[0]).rotate(40 * number, Image.BILINEAR)
        # Pillow has black beyond the edge.
        assert np.abs(result[0] - np.asarray(expected, float))[8:-8, 8:-8].max() < 3

    @pytest.mark.parametrize("sides", [(40, 40), (32, 60)])
    def test_a_turn_of_a_disc_is_a_disc_in_any_image(self, sides):
        y, x = np.ogrid[:sides[1], :sides[0]]
        centre = (sides[1] - 1) / 2, (sides[0] - 1) / 2
        disc = np.uint8(200 * np.exp(-((y - centre[0])**2 + (x - centre[1])**2) / 30))[None, ..., None].repeat(3, 3)
        difference = np.abs(augmented([drawn(Rotate(90), 0.6)], disc) - disc)[0]
        # Farther out the edge is mirrored in.
        assert difference[np.hypot(y - centre[0], x - centre[1]) < 15].max() < 6

    def test_angles_are_uniform(self):
        matrices = Rotate(30).matrices(draw(10_000), (8, 8))
        angles = np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
        assert np.quantile(angles, [0, 0.25, 0.5, 0.75, 1]) == pytest.approx([-30, -15, 0, 15, 30], abs=1)


class TestShear:
    @pytest.mark.parametrize("draws", [(1.0, 0.0), (0.0, -1.0), (0.5, 0.7)])
    def test_images_are_slanted_as_by_scipy(self, draws):
        x, y = 0.3 * np.array(draws)
        matrix = np.array([[1, y], [x, 1]])     # rows first
        middle = np.array([15, 15])
        expected = ndimage.affine_transform(WAVES[0, ..., 0].astype(float), matrix, middle - matrix @ middle, order=1,
                                            mode="reflect")
        assert np.abs(augmented([drawn(Shear(0.3), *draws)], WAVES)[0, ..., 0] - expected).max() < 3

import numpy as np
import pytest

from auxiliary.evaluation.convolution import convolve


def image(height, width, channels=2):
    return np.random.default_rng(0).normal(size=(1, height, width, channels)).astype("float32")


def test_a_mean_of_windows(built):
    x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    assert built("avgpool", (4, 4, 1))(x).numpy()[0, ..., 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_a_window_that_is_cut_off_is_the_mean_of_what_is_left_of_it(built):
    x = np.arange(9, dtype="float32").reshape(1, 3, 3, 1)
    assert built("avgpool(2, same)", (3, 3, 1))(x).numpy()[0, ..., 0].tolist() == [[2, 3.5], [6.5, 8]]


@pytest.mark.parametrize("side", [8, 9])
def test_blur_pooling_is_a_maximum_and_a_binomial_filter(built, side):
    x = image(side, side)
    highest = np.maximum.reduce([x[0, rows:side - 1 + rows, columns:side - 1 + columns]
                                 for rows in (0, 1) for columns in (0, 1)])
    kernel = np.zeros((3, 3, 2, 2))
    kernel[..., 0, 0] = kernel[..., 1, 1] = np.outer([1, 2, 1], [1, 2, 1]) / 16
    expected = convolve(highest, kernel, np.zeros(2), stride=2)
    outputs = built("blurpool", (side, side, 2))(x).numpy()[0]
    # Windows at the edge have fewer pixels.
    np.testing.assert_allclose(outputs[:len(expected), :len(expected)], expected, rtol=1e-5, atol=1e-6)


import numpy as np
import pytest

from auxiliary.evaluation.convolution import convolve
from auxiliary.reporting.convolution_figure import convolution_figure

# Dark on the left, bright on the right, less so in the first two rows.
IMAGE = np.zeros((8, 8, 3), np.uint8)
IMAGE[:, 4:] = 200
IMAGE[:2, 4:] = 100


def arrays_of(filters=2, relu=True, off=0.0):
    """As `first_convolution` returns them, with an error of `off` in the layer's output."""
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(3, 3, 3, filters)), rng.normal(size=filters)
    output = convolve(IMAGE / 255, kernel, bias, 2, "same")
    return {"image": IMAGE, "kernel": kernel, "bias": bias, "stride": np.array(2), "padding": np.array("same"),
            "relu": np.array(relu), "keras": (np.maximum(output, 0) if relu else output) + off}


def panels(arrays):
    """The two subfigures, and the images of each."""
    fig = convolution_figure(arrays)
    fig.draw_without_rendering()
    return fig.subfigs, [[axes.images[0].get_array() for axes in each.axes if axes.images] for each in fig.subfigs]


def test_one_position_can_be_checked_by_hand():
    (above, _), ((_, pixels, weights, sums), _) = panels(arrays_of())
    assert pixels.tolist() == [[0, 0, 200]] * 3
    assert (pixels * weights).sum() == sums.max() == 600
    assert "(200 + 200 + 200) − (0 + 0 + 0) = 600" in above.get_supxlabel()


@pytest.mark.parametrize("relu", [True, False])
def test_each_filter_by_the_formula_and_by_keras_under_one_scale(relu):
    arrays = arrays_of(filters=3, relu=relu)
    (_, below), (_, shown) = panels(arrays)
    assert len(shown) == 9
    np.testing.assert_allclose(shown[3:6], shown[6:])
    np.testing.assert_array_equal(np.moveaxis(shown[6:], 0, 2), arrays["keras"])
    limits = [axes.images[0].get_clim() for axes in below.axes if axes.images]
    assert limits[3:6] == limits[6:]
    assert all(low == (0 if relu else -high) for low, high in limits[3:])


def test_the_title_has_the_largest_difference():
    (_, below), _ = panels(arrays_of(filters=1, off=0.25))
    assert below.get_suptitle() == ("1 filter of the network's first layer, by the formula and by Keras: "
                                    "largest difference 0.2")
    assert panels(arrays_of())[0][1].get_suptitle().endswith("largest difference 0")


def test_more_filters_than_usual_have_their_columns():
    assert len(panels(arrays_of(filters=6))[1][1]) == 18


def test_an_image_of_one_colour_is_no_edge_anywhere():
    (above, _), ((*_, sums), _) = panels(arrays_of() | {"image": np.full_like(IMAGE, 7)})
    assert not sums.any()
    assert "= 0." in above.get_supxlabel()


def test_a_network_without_a_first_convolution_gives_a_title():
    fig = convolution_figure({})
    fig.draw_without_rendering()
    assert fig.get_suptitle().startswith("No filters to show")
    assert not fig.axes

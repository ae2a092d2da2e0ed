import numpy as np
import pytest

from auxiliary.reporting.augmentation_figure import augmentation_figure


def drawn(names, spec="flip"):
    """The figure of as many images, each of one grey, and half as bright once augmented."""
    stored = np.stack([np.full((4, 4, 3), 10.0 * (number + 1)) for number in range(len(names))])
    return augmentation_figure(stored, stored / 2, names, spec, sorted(names))


def test_each_image_is_above_its_augmented_version():
    above, below = np.split(np.array(drawn(["cat", "dog", "eel"]).axes), 2)
    assert [axes.images[0].get_array().max() for axes in above] == [10, 20, 30]
    assert [axes.images[0].get_array().max() for axes in below] == [5, 10, 15]
    assert [axes.get_title() or axes.get_title(loc="left") for axes in above] == ["cat", "dog", "eel"]


@pytest.mark.parametrize(("spec", "named"), [("flip | zoom(0.1)", "flip | zoom(0.1)"), ("", "none")])
def test_the_title_names_the_augmentation(spec, named):
    assert drawn(["$a_1$"], spec).get_suptitle() == f"1 training image; augmentation: {named}"

import numpy as np
import pytest

from auxiliary.reporting.augmentation_figure import augmentation_figure


def drawn(names, spec="flip", epochs=1, labels=None):
    """The figure of as many images, each of one grey, and darker and smaller in each epoch."""
    stored = np.stack([np.full((4, 4, 3), 12.0 * (number + 1)) for number in range(len(names))])
    labels = np.eye(len(names)) if labels is None else np.array(labels)
    augmented = [(stored[:, epoch:, epoch:] / (1 + epoch), labels) for epoch in range(1, 1 + epochs)]
    return augmentation_figure(stored, augmented, names, spec, sorted(names))


def titles(axes):
    return [each.get_title() or each.get_title(loc="left") for each in axes]


def test_each_image_is_above_its_augmented_versions():
    above, first, second = np.split(np.array(drawn(["cat", "dog", "eel"], epochs=2).axes), 3)
    assert [axes.images[0].get_array().max() for axes in above] == [12, 24, 36]
    assert [axes.images[0].get_array().max() for axes in first] == [6, 12, 18]
    assert [axes.images[0].get_array().max() for axes in second] == [4, 8, 12]
    assert [row[0].get_ylabel() for row in (above, first, second)] == ["stored", "epoch 1", "epoch 2"]
    assert titles(above) == ["cat", "dog", "eel"]
    assert titles(first) == ["", "", ""]


def test_images_that_are_not_all_their_own_have_the_shares_of_their_classes():
    labels = [[0.25, 0.75, 0], [0, 0.996, 0.004], [1, 0, 0]]
    below = drawn(["cat", "dog", "eel"], labels=labels).axes[3:]
    assert titles(below) == ["dog 0.75\ncat 0.25", "", "cat 1.00"]


@pytest.mark.parametrize(("spec", "named"), [("flip | zoom(0.1)", "flip | zoom(0.1)"), ("", "none")])
def test_the_title_names_the_augmentation(spec, named):
    assert drawn(["$a_1$"], spec).get_suptitle() == f"1 training image; augmentation: {named}"


def test_a_long_title_goes_over_lines():
    title = drawn(["cat", "dog"], " | ".join(["shift(0.1)"] * 10)).get_suptitle()
    assert title.count("shift(0.1)") == 10
    assert max(map(len, title.splitlines())) <= 51

import gc
import weakref
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_spec
from auxiliary.data import images as module
from auxiliary.data.augmentation.augment_batch import augment_batch
from auxiliary.data.augmentation.kinds import Draw
from auxiliary.data.augmentation.registry import AUGMENTATIONS
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import epoch_order
from auxiliary.data.reading.inspect_files import content_hash
from tests.images import clean_table_of

COUNT, LABELS, SIDE = 10, 3, 8


def write(path, index, size):
    """An image of one colour: its red tells its index, its green its label."""
    label = index % LABELS
    Image.new("RGB", size, (20 * index, 100 * label, 255)).save(path)
    return row(path, label, size)


def row(path, label=0, size=(SIDE, SIDE)):
    """The row of an image, as it is on the disk now."""
    return {"filepath": str(path), "content_hash": content_hash(Path(path).read_bytes()), "label": label,
            "width": size[0], "height": size[1]}


@pytest.fixture
def table(tmp_path):
    rows = [write(tmp_path / f"{index}.png", index, (SIDE, SIDE)) for index in range(COUNT)]
    return pd.DataFrame(rows).astype({"width": "Int64", "height": "Int64"})


@pytest.fixture
def files(tmp_path):
    """A table of four images of noise, each 12 by 12 pixels."""
    rng, paths = np.random.default_rng(0), [tmp_path / f"{number}.png" for number in range(4)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (12, 12, 3), "uint8")).save(path)
    return pd.DataFrame([row(path, size=(12, 12)) for path in paths])


def read(dataset):
    """All images and all labels that a data set gives."""
    images, labels = zip(*dataset.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def indices(dataset):
    """Which images a data set gives, in order."""
    images, labels = read(dataset)
    found = (images[:, 0, 0, 0] / 20).round().astype(int)
    np.testing.assert_array_equal(labels, found % LABELS)
    return found.tolist()


def test_batches_are_images_and_labels(table):
    batches = list(mk_tf_dataset(table, batch_size=4))
    assert [images.shape for images, _ in batches] == [(4, SIDE, SIDE, 3), (4, SIDE, SIDE, 3), (2, SIDE, SIDE, 3)]
    assert [labels.shape for _, labels in batches] == [(4,), (4,), (2,)]
    assert {(images.dtype.name, labels.dtype.name) for images, labels in batches} == {("float32", "int64")}


def test_the_shape_is_known_before_anything_is_read(table):
    dataset = mk_tf_dataset(table, batch_size=4, epochs=2)
    assert dataset.element_spec[0].shape.as_list() == [None, SIDE, SIDE, 3]
    assert dataset.cardinality() == 6


def test_pixels_are_those_of_the_file_from_0_to_255(table):
    images, _ = read(mk_tf_dataset(table, shuffle=False))
    expected = [np.asarray(Image.open(file)) for file in table["filepath"]]
    np.testing.assert_array_equal(images, np.stack(expected))
    assert (images.min(), images.max()) == (0, 255)


def test_labels_belong_to_their_images(table):
    images, labels = read(mk_tf_dataset(table, epochs=3, batch_size=4))
    np.testing.assert_array_equal(images[:, 0, 0, 1], 100 * labels)


def test_a_made_folder_goes_all_the_way(image_folder):
    df = clean_table_of(image_folder({"ant": 3, "bee": 2}, size=12, suffix="jpg"))
    images, labels = read(mk_tf_dataset(df, shuffle=False))
    assert images.shape == (5, 12, 12, 3)
    assert labels.tolist() == [0, 0, 0, 1, 1]


class TestOrder:
    def test_without_shuffling_it_is_that_of_the_table(self, table):
        turned = table.iloc[::-1]
        assert indices(mk_tf_dataset(turned, shuffle=False, epochs=2)) == 2 * list(range(COUNT))[::-1]

    def test_shuffling_gives_every_image_once_an_epoch_in_another_order_each(self, table):
        both = indices(mk_tf_dataset(table, epochs=2, batch_size=4))
        first, second = both[:COUNT], both[COUNT:]
        assert sorted(first) == sorted(second) == list(range(COUNT))
        assert first != second
        assert first != sorted(first)

    def test_a_row_that_is_there_twice_is_given_twice(self, table):
        assert sorted(indices(mk_tf_dataset(pd.concat([table, table.head(1)])))) == [0, *range(COUNT)]


class TestSeedAndEpoch:
    def made(self, table, **options):
        return read(mk_tf_dataset(table, augment=True, batch_size=4, **options))[0]

    def test_the_same_seed_gives_the_same(self, table):
        np.testing.assert_array_equal(self.made(table, seed=1), self.made(table, seed=1))

    def test_another_seed_gives_another_order_and_other_changes(self, table):
        assert indices(mk_tf_dataset(table, seed=1)) != indices(mk_tf_dataset(table, seed=2))
        assert not np.array_equal(self.made(table, shuffle=False, seed=1), self.made(table, shuffle=False, seed=2))

    def test_going_over_it_again_repeats_it(self, table):
        dataset = mk_tf_dataset(table, augment=True)
        np.testing.assert_array_equal(read(dataset)[0], read(dataset)[0])

    def test_every_epoch_and_batch_changes_images_in_its_own_way(self, table):
        one = pd.concat([table.head(1)] * 4)
        images = read(mk_tf_dataset(one, augment="brightness(0.5)", batch_size=2, epochs=2))[0]
        assert len({float(image.sum()) for image in images}) == 8

    def test_starting_at_an_epoch_gives_what_would_have_come_then(self, table):
        longer = self.made(table, epochs=3)
        np.testing.assert_array_equal(self.made(table, first_epoch=2), longer[2 * COUNT:])

    def test_without_an_end_the_epochs_are_the_same(self, table):
        endless = mk_tf_dataset(table, augment=True, batch_size=4, first_epoch=1, epochs=None)
        np.testing.assert_array_equal(read(endless.take(3))[0], self.made(table, first_epoch=1))

    def test_caching_images_changes_nothing(self, table):
        for options in ({"epochs": 3}, {"shuffle": False, "first_epoch": 2}):
            np.testing.assert_array_equal(self.made(table, cache=True, **options), self.made(table, **options))


class TestSize:
    def test_images_are_brought_to_a_size(self, table):
        images, _ = read(mk_tf_dataset(table, shuffle=False, image_size=5))
        assert images.shape == (COUNT, 5, 5, 3)
        np.testing.assert_allclose(images[:, 2, 2, 0], 20 * np.arange(COUNT), atol=0.01)

    def test_images_of_many_sizes_are_brought_to_one(self, table, tmp_path):
        mixed = pd.concat([table, pd.DataFrame([write(tmp_path / "wide.jpg", 10, (30, 20))])], ignore_index=True)
        images, _ = read(mk_tf_dataset(mixed, shuffle=False, image_size=16))
        assert images.shape == (COUNT + 1, 16, 16, 3)
        np.testing.assert_allclose(images[-1].mean((0, 1)), [200, 100, 255], atol=3)    # JPEG's rounding

    def test_making_smaller_averages(self, tmp_path):
        stripes = np.zeros((64, 64, 3), "uint8")
        stripes[:, ::8] = 200
        Image.fromarray(stripes).save(tmp_path / "stripes.png")
        images, _ = read(mk_tf_dataset(pd.DataFrame([row(tmp_path / "stripes.png", size=(64, 64))]), image_size=8))
        np.testing.assert_allclose(images[:, :, 1:-1], 25, atol=0.01)    # but for the edges

    def test_grey_files_get_three_channels(self, tmp_path):
        Image.new("L", (SIDE, SIDE), 77).save(tmp_path / "grey.png")
        images, _ = read(mk_tf_dataset(pd.DataFrame([row(tmp_path / "grey.png")])))
        np.testing.assert_array_equal(images, np.full((1, SIDE, SIDE, 3), 77))


class TestPreprocessing:
    def test_it_comes_last(self, table):
        """After augmentation has kept the images within 0 to 255."""
        options = {"shuffle": False, "augment": "brightness(0.9)"}
        usual, _ = read(mk_tf_dataset(table, **options))
        images, _ = read(mk_tf_dataset(table, **options, preprocess_fn=lambda batch: batch / 127.5 - 10))
        np.testing.assert_allclose(images, usual / 127.5 - 10, rtol=1e-5)
        assert images.max() <= -8

    def test_augmentation_is_a_spec_or_the_common_one_or_none(self, table):
        plain, common, spec, none = (read(mk_tf_dataset(table, shuffle=False, augment=augment))[0]
                                     for augment in (False, True, "brightness(0.5)", ""))
        np.testing.assert_array_equal(plain, none)
        assert not np.array_equal(plain, common)
        assert not np.array_equal(common, spec)


class TestBadInput:
    def test_a_table_without_the_columns(self, table):
        with pytest.raises(UserError, match="the table lacks height, label: make it with notebook 01"):
            mk_tf_dataset(table.drop(columns=["label", "height"]))

    def test_an_empty_table(self, table):
        with pytest.raises(UserError, match="the table holds no images"):
            mk_tf_dataset(table.head(0))

    def test_several_sizes_and_none_asked_for(self, table):
        table.loc[0, "height"] = 9
        with pytest.raises(UserError, match="the images have 2 different sides: give an `image_size`"):
            mk_tf_dataset(table)

    def test_an_image_that_is_gone_is_named(self, table):
        Path(table["filepath"][3]).unlink()
        with pytest.raises(tf.errors.UnknownError, match=r"3\.png cannot be read any more .+: run notebook 01 again"):
            read(mk_tf_dataset(table))

    def test_a_spec_that_cannot_be_read(self, table):
        with pytest.raises(UserError, match="unknown augment operation 'flop': did you mean 'flip'"):
            mk_tf_dataset(table, augment="flop")


def test_nothing_stays_when_the_data_set_goes(image_folder, monkeypatch):
    made = []
    new_cache = module._new_cache
    monkeypatch.setattr(module, "_new_cache",
                        lambda shape: made.append(weakref.ref(cache := new_cache(shape))) or cache)
    dataset = mk_tf_dataset(clean_table_of(image_folder({"ant": 3, "bee": 2}, size=12)), epochs=2, cache=True)
    # What is derived from it, an iterator at last, is enough to hold the images.
    dataset = iter(dataset.take(2).prefetch(1))
    gc.collect()
    assert len(list(dataset)) == 2
    assert made[0]() is not None
    del dataset
    gc.collect()
    assert made[0]() is None


class TestSizes:
    """Images of another size in each epoch."""

    def shapes(self, table, **options):
        return [images.shape[1] for images, _ in mk_tf_dataset(table, batch_size=COUNT, **options)]

    def test_each_epoch_has_its_size_and_the_last_one_stays(self, table):
        assert self.shapes(table, sizes=[4, 6], epochs=4) == [4, 6, 6, 6]
        assert self.shapes(table, sizes=[4, 6, 8], first_epoch=1, epochs=2) == [6, 8]

    def test_the_shape_says_so_before_anything_is_read(self, table):
        dataset = mk_tf_dataset(table, sizes=[4, 6])
        assert dataset.element_spec[0].shape.as_list() == [None, None, None, 3]

    @pytest.mark.parametrize("augment", ["", "translate(0)"])
    def test_images_are_those_of_their_size(self, table, augment):
        """With and without the resampling of moves."""
        images, labels = read(mk_tf_dataset(table, shuffle=False, sizes=[4], augment=augment))
        np.testing.assert_allclose(images[:, 1, 1, 0], 20 * np.arange(COUNT), atol=0.5)
        np.testing.assert_array_equal(labels, np.arange(COUNT) % LABELS)

    def test_a_size_is_that_of_the_epoch_whatever_is_augmented(self, table):
        options = {"augment": "crop(0.5) | flip | colour(0.3) | erase(0.5) | randaugment | mixup(1)", "classes": LABELS}
        assert self.shapes(table, sizes=[4, 7], epochs=2, **options) == [4, 7]

    def test_a_pass_continues_as_it_would_have(self, table):
        options = {"sizes": [4, 6, 8], "augment": "crop(0.3) | flip(alternating=True)", "batch_size": 4}
        later = list(mk_tf_dataset(table, first_epoch=1, epochs=2, **options).as_numpy_iterator())
        whole = list(mk_tf_dataset(table, epochs=3, **options).as_numpy_iterator())[3:]
        assert len(later) == len(whole) == 6
        for (images, labels), (expected, classes) in zip(later, whole, strict=True):
            np.testing.assert_array_equal(images, expected)
            np.testing.assert_array_equal(labels, classes)

    @pytest.mark.parametrize("sizes", [[4, 9], [0, 4]])
    def test_sizes_above_that_of_the_images_are_refused(self, table, sizes):
        with pytest.raises(UserError, match=r"sizes .+: each must be 1 to 8 pixels"):
            mk_tf_dataset(table, sizes=sizes)


class TestShares:
    """Labels that are the share of each class."""

    def test_whole_images_have_one_class(self, table):
        images, labels = read(mk_tf_dataset(table, classes=LABELS))
        assert labels.dtype == "float32"
        np.testing.assert_array_equal(labels, np.eye(LABELS)[(images[:, 0, 0, 0] / 20).round().astype(int) % LABELS])

    def test_mixed_images_have_the_shares_of_theirs(self, table):
        """Green is 100 times the label, so that its mean tells the shares."""
        for augment in ("mixup(1)", "cutmix(1)", "flip | translate(2) | mixup(0.4, batches=0.5) | cutmix(1)"):
            images, labels = read(mk_tf_dataset(table, augment=augment, classes=LABELS, epochs=3, batch_size=5))
            np.testing.assert_allclose(images[..., 1].mean((1, 2)), labels @ [0, 100, 200], atol=0.51)
            assert ((labels > 0).sum(1) > 1).any()

    def test_their_shape_is_known_before_anything_is_read(self, table):
        assert mk_tf_dataset(table, classes=5).element_spec[1].shape.as_list() == [None, 5]

    @pytest.mark.parametrize("augment", ["mixup(0.2)", "flip | cutmix(1, batches=0.1)"])
    def test_without_classes_nothing_is_mixed(self, table, augment):
        with pytest.raises(UserError, match=r"mixup and cutmix mix images and their labels, .+ give `classes`"):
            mk_tf_dataset(table, augment=augment)

    def test_a_label_beyond_the_classes_is_refused(self, table):
        with pytest.raises(UserError, match="the table has label 2, but there are 2 classes"):
            mk_tf_dataset(table, classes=2)


@pytest.mark.parametrize("augment", ["crop(0.4) | rotate(15) | shear(0.1)", "translate(2) | flip(alternating=True)",
                                     "colour(0.3, 0.3, 0.3, 0.1)", "erase(0.5)", "randaugment(2, 9)"])
def test_a_batch_is_augmented_as_its_seed_epoch_step_and_places_say(files, augment):
    options = {"augment": augment, "seed": 3, "batch_size": 3, "first_epoch": 4}
    images = [batch for batch, _ in mk_tf_dataset(files, **options).as_numpy_iterator()]
    order, steps = epoch_order(4, True, 3, 4), parse_spec(augment, AUGMENTATIONS, "augment")
    pixels = np.stack([np.asarray(Image.open(file)) for file in files["filepath"]])
    for step, (places, batch) in enumerate(zip((order[:3], order[3:]), images, strict=True)):
        np.testing.assert_array_equal(batch, augment_batch(pixels[places], steps, Draw(3, 4, step, places)))


def test_alternating_flips_turn_every_image_in_one_of_two_epochs(files):
    (first, _), (second, _) = mk_tf_dataset(files, augment="flip(alternating=True)", epochs=2).as_numpy_iterator()
    places = [np.argsort(epoch_order(4, True, 0, epoch)) for epoch in range(2)]
    np.testing.assert_array_equal(first[places[0]], second[places[1]][:, :, ::-1])

"""What a run says of test pictures with twins in training, and that it reads no test picture before it is trained."""

from math import isnan
from pathlib import Path

import pytest

from auxiliary.data.clean import clean_table
from auxiliary.data.parts import write_parts
from auxiliary.training.callbacks import Journal
from auxiliary.training.train import train_and_evaluate


@pytest.fixture(scope="module")
def half_right(make_lab):
    """Parts whose six test pictures are labelled by what the network says: the first three rightly, the others not."""
    lab = make_lab()
    predicted = train_and_evaluate(lab.all_rows["untrained"], lab).predictions["predicted"]
    names = lab.categories
    another = dict(zip(names, names[1:] + names[:1], strict=True))
    category = [*predicted[:3], *predicted[3:].map(another)]
    test = lab.test.assign(category=category, label=[names.index(name) for name in category])
    return lab.train, lab.val, test


@pytest.mark.parametrize(("twins", "elsewhere"), [([], 3 / 6), ([0, 2], 1 / 4), ([1, 4, 5], 2 / 3)])
def test_accuracy_without_twins_is_that_on_the_other_pictures(half_right, make_lab, twins, elsewhere):
    result = trained_with_twins(half_right, make_lab(), twins)
    assert (result.test_pictures, result.test_twins) == (6, len(twins))
    assert result.accuracy == 3 / 6
    assert result.accuracy_without_twins == elsewhere


def test_where_all_have_twins_there_is_no_accuracy_without(half_right, make_lab):
    result = trained_with_twins(half_right, make_lab(), range(6))
    assert result.test_twins == 6 and isnan(result.accuracy_without_twins)


def trained_with_twins(parts, lab, places):
    """The result of a run in which the test pictures at some places are twins of training pictures."""
    train, val, test = parts
    groups = test["group"].tolist()
    for place in places:
        groups[place] = train["group"].iloc[place % 2]
    write_parts((train, val, test.assign(group=groups)), lab.profile.split, lab.paths)
    return train_and_evaluate(lab.all_rows["untrained"], lab).result


@pytest.mark.parametrize("key", ["small", "frozen"])
def test_training_needs_no_test_picture(key, make_lab, picture_folder, monkeypatch):
    lab = make_lab(clean=clean_table(picture_folder({"green": 20, "blue": 20, "red": 20})))
    row = lab.all_rows[key]
    pictures = [Path(file) for file in lab.test["filepath"]]
    hidden = [picture.rename(picture.with_suffix(".away")) for picture in pictures]
    ended = []

    def write_down(journal, epoch, logs=None, original=Journal.on_epoch_end):
        original(journal, epoch, logs)
        ended.append(epoch)
        assert not any(picture.exists() for picture in pictures)
        if len(ended) == row.epochs:
            for away, picture in zip(hidden, pictures, strict=True):
                away.rename(picture)

    monkeypatch.setattr(Journal, "on_epoch_end", write_down)
    run = train_and_evaluate(row, lab)
    assert ended == [0, 1]
    assert run.predictions["filepath"].tolist() == lab.test["filepath"].tolist()

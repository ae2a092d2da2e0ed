import pytest

from auxiliary.data.folders.part_names import is_unlabelled, part_of, parts_of


@pytest.mark.parametrize(("part", "names"), [
    ("train", "train training Train TRAIN train-set training_set trainset TrainSet train2017 seg_train train_images"),
    ("val", "val valid Validation val2017 valid-set dev images_val"),
    ("test", "test testing Testing test_set testset test1 seg_test evaluation"),
    ("", "cat bullet_train attest contest testament train_test validator développement 007 _ seg data"),
])
def test_parts_are_known_in_any_usual_spelling(part, names):
    assert {name: part_of(name) for name in names.split()} == dict.fromkeys(names.split(), part)


def test_other_words_are_allowed_where_several_parts_share_them():
    assert parts_of(["alphabet_train", "alphabet_test", "alphabet", "bus_train"]) == {
        "alphabet_train": "train", "alphabet_test": "test"}
    assert parts_of(["bullet_train", "steam_train", "freight_train"]) == {}


def test_some_names_say_that_there_are_no_labels():
    assert [name for name in ("unlabeled", "seg_pred", "cat", "test", "predators") if is_unlabelled(name)] == [
        "unlabeled", "seg_pred"]

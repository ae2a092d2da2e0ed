import pytest

from auxiliary.core.errors import UserError


def problem(load, *changes, **overrides):
    """What is said of a profile, without the path that each line begins with."""
    with pytest.raises(UserError) as caught:
        load(*changes, **overrides)
    return [line.rpartition("mine.yaml:")[2] for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(("change", "message"), [
    (("batch_size", "batchsize"), "3: unknown name 'batchsize'; did you mean 'batch_size'?"),
    (("tune_last", "tunelast"), "10: unknown name 'transfer.1.tunelast'; did you mean 'tune_last'?"),
    (("augment: flip", "split: {by: seed,\n  random_sate: 5}"),
     "5: unknown name 'split.random_sate'; did you mean 'random_state'?"),
    (("epochs: 3", "epochs: three"), "7: scratch.1.epochs: input should be a valid integer, "
                                     "unable to parse string as an integer"),
    (("augment: flip", "sampling: NO"), "4: sampling: input should be 'smallest', 'mean', 'largest' or 'none'"),
    (("7e-4", ".nan"), "6: scratch.0.learning_rate: input should be a finite number"),
    (("backbone: EfficientNetLite0, ", ""), "9: transfer.0.backbone: field required"),
    (("tune_last: 5", "tune_last: al"), "10: transfer.1.tune_last: input should be a valid integer, unable to parse "
                                        "string as an integer or input should be 'all'"),
    (("dataset: demo", "dataset: demo\nseeds: 3"), "2: seeds: a list is needed, such as [0, 1]"),
    (("dataset: demo", "dataset: demo\nseeds: []"), "2: seeds: the list is empty"),
    (("model_id: longer", "model_id: ''"), "7: scratch.1.model_id: it must not be empty"),
    (("dataset: demo", "dataset: demo\nseeds: [-1]"), "2: seeds: input should be greater than or equal to 0"),
    (("epochs: 3", "epochs: 3, published_accuracy: 70"),
     "7: scratch.1.published_accuracy: an accuracy lies between 0 and 1, such as 0.7"),
    (("epochs: 3", "epochs: 3, published_accuracy: [0.7, -0.1]"),
     "7: scratch.1.published_accuracy: an accuracy lies between 0 and 1, such as 0.7"),
    (("epochs: 3", "epochs: 3, published_accuracy: much"),
     "7: scratch.1.published_accuracy: input should be a valid number, unable to parse string as a number or a list "
     "is needed, such as [0, 1]"),
    *[((("dataset: demo", f'{there}{name}: ""')), f"{line}: {name}: {reason}") for name, there, line, reason in (
        ("dataset", "", 1, "it must not be empty"),
        ("source", "dataset: demo\n", 2, "it is empty: give it a value, or leave it out"),
        ("label_fixes", "dataset: demo\n", 2, "it is empty: give it a value, or leave it out"))],
    (("dataset: demo", "dataset: demo\nseeds:"), "2: seeds: it is empty: give it a value, or leave it out"),
    (("tune_last: 5", "tune_last: null"), "10: transfer.1.tune_last: it is empty: give it a value, or leave it out"),
    (("augment: flip", "split: {fractions: [0.5, 0.3]}"), "4: split.fractions: the list is too short"),
    (("epochs: 3", "epochs: &three true"), "7: scratch.1.epochs: true and false are no values here: a number is "
                                           "needed, or a word in quotes"),
    (("tune_last: 5", "tune_last: -1"), "10: transfer.1.tune_last: input should be greater than or equal to 0"),
])
def test_it_names_the_line_and_the_nearest_name(load, change, message):
    assert message in problem(load, change)


def test_a_name_like_no_other_comes_with_the_valid_ones(load):
    (line,) = problem(load, ("augment: flip", "split: {xyz: 1}"))
    assert line == "4: unknown name 'split.xyz' (valid: by, fractions, random_state)"


def test_every_error_is_named_in_the_order_of_the_file(load):
    lines = problem(load, ("batch_size: 64", "batch_size: 0"), ("epochs: 3", "epochs: 3, wibble: 1"))
    assert [line.partition(":")[0] for line in lines] == ["3", "7"]


def test_half_a_spec_is_recognised(load):
    lines = problem(load, ("conv(8) | pool", "conv(8, size=3) | pool"))
    assert lines == ["6: 'scratch.0.size=3) | pool | flatten' is half a spec: put quotes around a spec that "
                     "holds commas"]


@pytest.mark.parametrize("experiments", ["3", "text", "[3]", "{net: gap}"])
def test_experiments_that_are_not_a_list_are_named(load, experiments):
    (line,) = problem(load, ("augment: flip\nscratch:", f"scratch: {experiments}\nseeds:"), ("seeds", "others"))[:1]
    assert line.startswith("4: scratch")


@pytest.mark.parametrize("name", ["parent", "key"])
def test_names_that_are_not_text_are_named(load, name):
    assert name in "\n".join(problem(load, ("epochs: 3", f"epochs: 3, {name}: [1]"), ("parent: small, ", "")))


@pytest.mark.parametrize(("name", "value", "message"), [
    ("epochs", "x", "parameter 'epochs': 'x': input should be a valid integer, unable to parse string as an integer"),
    ("sampling", "mena", "parameter 'sampling': 'mena': input should be 'smallest', 'mean', 'largest' or 'none'"),
    ("seeds", ["x"], "parameter 'seeds': ['x']: input should be a valid integer, "
                     "unable to parse string as an integer"),
    ("split.by", "day", "parameter 'split.by': 'day': input should be 'group' or 'seed'"),
    ("split", 3, "parameter 'split': 3: input should be a valid dictionary or instance of split"),
])
def test_a_wrong_parameter_is_named_once_without_a_line(load, name, value, message):
    assert problem(load, **{name: value}) == [message]


def test_a_wrong_split_in_the_file_is_not_blamed_on_a_parameter(load):
    lines = problem(load, ("augment: flip", "split: 3"), **{"split.by": "seed"})
    assert lines == ["4: split: input should be a valid dictionary or instance of split"]

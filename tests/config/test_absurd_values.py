"""Values of a profile that Python would take, and that nobody can have meant."""

import pytest

from auxiliary.config.loader import load_profile
from auxiliary.core.errors import UserError
from auxiliary.project.open import open_project


@pytest.mark.parametrize("change", [
    ("epochs: 2", "epochs: true"), ("learning_rate: 7e-4", "learning_rate: true"), ("epochs: 2", "epochs: .inf"),
    ("learning_rate: 7e-4", "learning_rate: yes"), ("learning_rate: 7e-4", "learning_rate: .nan"),
    ("learning_rate: 7e-4", "learning_rate: .inf"), ("epochs: 2", "epochs: 2, seeds: [0, true]"),
    ("epochs: 2", "epochs: 2024-01-01"), ("epochs: 2", "epochs: 2, published_accuracy: false"),
    ("model_id: small", 'model_id: "a\\0b"'), ("model_id: small", 'model_id: "a\\e[31mb"'),
    ("model_id: small", 'model_id: "a\\nb"'), ("model_id: small", f"model_id: {300 * 'x'}"),
    ("model_id: small", f"key: {60 * '雏'}, model_id: small"), ("model_id: small", "model_id: true")])
def test_a_value_that_is_no_number_or_no_name_is_refused_with_its_line(load, change):
    with pytest.raises(UserError, match=r"mine\.yaml:6: scratch\.0\.(epochs|lear|seeds|model_id|key|publ)"):
        load((", parent: small", ""), change, ("epochs: 3}", "epochs: 3, net: pool}"))


@pytest.mark.parametrize(("name", "value"), [
    ("epochs", True), ("seeds", [True]), ("learning_rate", float("inf")), ("image_size", False),
    ("split.fractions", [True, 0, 0]), ("name", 300 * "x"), ("dataset", "a\0b"), ("batch_size", float("nan"))])
def test_so_is_such_a_parameter(load, name, value):
    with pytest.raises(UserError, match=f"parameter '{name}'"):
        load(**{name: value})


def test_names_that_no_file_can_have_are_unknown(load, tmp_path):
    (tmp_path / "mine.yaml").write_text(f"dataset: {300 * 'x'}")
    with pytest.raises(UserError, match="there is no folder"):
        open_project(str(tmp_path / "mine.yaml"), root=tmp_path)
    for name in (300 * "x", f"{300 * 'x'}.yaml", "a\0b", "a\0b.yaml"):
        with pytest.raises(UserError, match="profile"):
            load_profile(name)


@pytest.mark.parametrize("net", [f"conv({10_000 * '-'}1)", f"dense({10_000 * '1+'}1)", f"dense({99 * '('}1{99 * ')'})",
                                 f"dense({5000 * '9'})"])
def test_a_spec_of_endless_operators_is_refused(load, net):
    with pytest.raises(UserError, match=r"experiment 'small': net"):
        load(("conv(8) | pool | flatten", f"'{net}'"), (", parent: small", ", net: pool"))

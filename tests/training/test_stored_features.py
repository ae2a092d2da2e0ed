"""Features in files: large ones are neither held in memory nor trusted."""

import ml_dtypes
import numpy as np
import pytest

from auxiliary.core.errors import UserError
from auxiliary.training.stored_features import read_features, save_features

FLOAT16 = np.dtype("float16")
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


@pytest.fixture
def numbers():
    return np.random.default_rng(0).normal(size=(7, 2, 3))


@pytest.mark.parametrize("dtype", [np.dtype("float32"), FLOAT16, BFLOAT16], ids=str)
def test_what_is_read_is_what_was_written(tmp_path, numbers, dtype):
    path = tmp_path / "some" / "a.features"
    expected = numbers.astype(dtype)
    saved = save_features(path, [expected[:4], expected[4:]], 7, dtype)
    for stored in (saved, read_features(path, 7, dtype)):
        assert (stored.shape, stored.dtype, len(stored)) == ((7, 2, 3), dtype, 7)
        np.testing.assert_array_equal(stored, expected)
        np.testing.assert_array_equal(stored[np.array([6, 0, 6])], expected[[6, 0, 6]])


def test_numbers_are_converted_to_the_dtype_of_the_file(tmp_path, numbers):
    stored = save_features(tmp_path / "a.features", iter([numbers]), 7, FLOAT16)
    np.testing.assert_array_equal(stored, numbers.astype("float16"))


@pytest.mark.parametrize("damage", [
    lambda file: file.write_bytes(b""), lambda file: file.write_bytes(b"rubbish"),
    lambda file: file.write_bytes(file.read_bytes()[:-1]), lambda file: file.write_bytes(file.read_bytes() + b"x"),
    *(lambda file, place=place: file.write_bytes(
        file.read_bytes()[:place] + bytes([file.read_bytes()[place] ^ 1]) + file.read_bytes()[place + 1:])
      for place in (0, 40, 80, 900, 1024, 1100))])
def test_a_damaged_file_is_named_and_not_read(tmp_path, numbers, damage, capsys):
    path = tmp_path / "a.features"
    save_features(path, [numbers], 7, FLOAT16)
    damage(path)
    assert read_features(path, 7, FLOAT16) is None
    assert f"the cached features {path} cannot be used (its checksum is another)" in capsys.readouterr().out


def test_features_of_others_are_not_read(tmp_path, numbers, capsys):
    path = tmp_path / "a.features"
    assert read_features(path, 7) is None and capsys.readouterr().out == ""
    save_features(path, [numbers], 7, FLOAT16)
    assert read_features(path, 8, FLOAT16) is None
    assert read_features(path, 7, BFLOAT16) is None
    path.rename(tmp_path / "b.features")
    assert read_features(tmp_path / "b.features", 7, FLOAT16) is None
    assert capsys.readouterr().out.count("it holds those of other images") == 3


def test_another_number_of_images_leaves_no_file(tmp_path, numbers):
    with pytest.raises(ValueError, match="7 features of 8 images"):
        save_features(tmp_path / "a.features", [numbers], 8, FLOAT16)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_removed_stays_of_use_and_one_that_is_cut_off_is_an_error(tmp_path, numbers):
    path = tmp_path / "a.features"
    stored = save_features(path, [numbers], 7, FLOAT16)
    path.write_bytes(path.read_bytes()[:-1])
    np.testing.assert_array_equal(stored[np.arange(6)], numbers[:6].astype("float16"))
    with pytest.raises(UserError, match=f"^{path} was changed while its features were in use"):
        stored[np.array([6])]
    path.unlink()
    np.testing.assert_array_equal(stored[np.array([5])], numbers[[5]].astype("float16"))

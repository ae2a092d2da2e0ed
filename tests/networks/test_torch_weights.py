import functools
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.networks.torch_weights import MAGIC_NUMBER, PROTOCOL_VERSION, read_torch_weights

NUMBERS = np.arange(6, dtype="<f4") / 4


def nested(value):
    """A pickled value to put inside another pickle: without its PROTO and STOP opcodes."""
    return pickle.dumps(value, 2)[2:-1]


def tensor(offset=0, shape=(2, 3), strides=(3, 1), key="a", kind="FloatStorage", count=6):
    storage = b"(" + nested("storage") + f"ctorch\n{kind}\n".encode() + nested(key) + nested("cpu") + nested(count)
    view = nested(offset) + nested(shape) + nested(strides)
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"NtQ" + view + nested(False)
            + b"ccollections\nOrderedDict\n)RtR")


def state(**tensors):
    named = b"".join(nested(name) + pickled for name, pickled in tensors.items())
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + named + b"u."


def weight_file(state, storages=None, machine=None):
    """The bytes of a weight file as PyTorch before 1.6 writes it."""
    storages = {"a": NUMBERS} if storages is None else storages
    machine = machine or {"little_endian": True}
    head = [pickle.dumps(value, 2) for value in (MAGIC_NUMBER, PROTOCOL_VERSION, machine)]
    raw = [struct.pack("<q", numbers.size) + numbers.tobytes() for numbers in storages.values()]
    return b"".join([*head, state, pickle.dumps(list(storages), 2), *raw])


def read(content, folder):
    path = folder / "weights.pth"
    path.write_bytes(content)
    return read_torch_weights(path)


def test_tensors_are_read_by_name_with_their_shapes_and_types(tmp_path):
    steps = np.array([7], "<i8")
    tensors = read(weight_file(state(w=tensor(), n=tensor(0, (), (), "b", "LongStorage", 1)),
                               {"a": NUMBERS, "b": steps}), tmp_path)
    assert list(tensors) == ["w", "n"]
    np.testing.assert_array_equal(tensors["w"], NUMBERS.reshape(2, 3))
    assert tensors["w"].dtype == np.float32
    assert (tensors["n"].shape, tensors["n"].dtype, tensors["n"]) == ((), np.int64, 7)


def test_offsets_and_strides_are_applied(tmp_path):
    tensors = read(weight_file(state(turned=tensor(0, (3, 2), (1, 3)), row=tensor(3, (3,), (1,)))), tmp_path)
    np.testing.assert_array_equal(tensors["turned"], NUMBERS.reshape(2, 3).T)
    np.testing.assert_array_equal(tensors["row"], NUMBERS[3:])
    assert tensors["turned"].flags.c_contiguous


class Evil:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(("function", "argument", "asked"), [
    (os.system, "touch {marker}", "system"),
    (eval, "open({marker!r}, 'w')", "builtins.eval"),
    (Path.touch, "{marker}", "builtins.getattr|pathlib"),
    (functools.partial, "{marker}", "functools.partial"),
], ids=["system", "eval", "method", "partial"])
def test_a_file_that_asks_for_code_is_refused_and_nothing_runs(tmp_path, function, argument, asked):
    marker = tmp_path / "marker"
    evil = pickle.dumps(Evil(function, argument.format(marker=str(marker))), 4)
    with pytest.raises(UserError, match=f"asks for '.*({asked})"):
        read(weight_file(evil), tmp_path)
    assert not marker.exists()


def test_attributes_of_allowed_names_are_not_allowed(tmp_path):
    dotted = b"\x80\x04\x8c\x0bcollections\x8c\x14OrderedDict.fromkeys\x93)R."
    with pytest.raises(UserError, match=r"OrderedDict\.fromkeys"):
        read(weight_file(dotted), tmp_path)


def test_a_file_cannot_change_the_replacements_of_pytorch(tmp_path):
    patch = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + nested({"__call__": 1}) + b"b."
    with pytest.raises(UserError, match="damaged"):
        read(weight_file(patch), tmp_path)
    assert "w" in read(weight_file(state(w=tensor())), tmp_path)


@pytest.mark.parametrize("pickled", [
    pytest.param(state(w=tensor(offset=1)), id="offset"),
    pytest.param(state(w=tensor(offset=-1)), id="negative offset"),
    pytest.param(state(w=tensor(strides=(4, 1))), id="strides"),
    pytest.param(state(w=tensor(shape=(3, 3))), id="shape"),
    pytest.param(state(w=tensor(shape=(100, 6), strides=(0, 1))), id="repeats itself"),
    pytest.param(state(w=tensor(count=7)), id="count"),
    pytest.param(state(w=tensor(offset=900, shape=(1,), strides=(1,), count=1000), v=tensor()), id="two counts"),
    pytest.param(state(w=tensor(kind="LongStorage"), v=tensor()), id="two types"),
    pytest.param(state(w=nested(5)), id="no tensor"),
])
def test_a_tensor_that_does_not_fit_its_storage_is_refused(tmp_path, pickled):
    with pytest.raises(UserError, match="damaged"):
        read(weight_file(pickled), tmp_path)


def test_other_names_of_pytorch_are_refused_by_name(tmp_path):
    with pytest.raises(UserError, match=r"torch\.HalfStorage"):
        read(weight_file(state(w=tensor(kind="HalfStorage"))), tmp_path)


def test_a_big_endian_file_is_refused(tmp_path):
    with pytest.raises(UserError, match="big-endian"):
        read(weight_file(state(w=tensor()), machine={"little_endian": False}), tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.pth"):
        read_torch_weights(tmp_path / "nowhere.pth")


@given(st.data())
def test_a_truncated_file_is_refused_wherever_it_ends(tmp_path_factory, data):
    whole = weight_file(state(w=tensor()))
    with pytest.raises(UserError, match="damaged"):
        read(whole[:data.draw(st.integers(0, len(whole) - 1))], tmp_path_factory.getbasetemp())


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(tmp_path_factory, content):
    with pytest.raises(UserError):
        read(content, tmp_path_factory.getbasetemp())

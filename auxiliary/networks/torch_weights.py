"""Weight files in PyTorch's old (pre-zip) format, read without PyTorch.

Such a file is five pickles (magic number, protocol version, machine, tensors by name, keys of the storages), followed
by each storage: a 64-bit count and that many raw numbers. Four global names are allowed in the pickles, and none of
them runs code from the file.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from auxiliary.core.errors import UserError
from auxiliary.core.unpickle import AllowListUnpickler, NotAllowedError

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: str
    count: int


@dataclass(frozen=True)
class _Tensor:
    """A view of a storage: offset and strides are counted in numbers, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _RebuildTensor:
    """Replaces `torch._utils._rebuild_tensor_v2`."""

    # Without a __dict__ a file cannot set attributes on it.
    __slots__ = ()

    def __call__(self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...],
                 *_gradient_and_hooks: object) -> _Tensor:
        numbers = (offset, *shape, *strides)
        if not isinstance(storage, _Storage) or not all(type(n) is int and n >= 0 for n in numbers):
            raise ValueError("a tensor is not described by a storage and whole numbers")
        last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
        if math.prod(shape) > storage.count or (math.prod(shape) and last >= storage.count):
            raise ValueError(f"a tensor of shape {shape} does not fit its storage of {storage.count} numbers")
        return _Tensor(storage, offset, shape, strides)


# Types of storages are plain strings: a file can neither call them nor set attributes on them.
ALLOWED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _RebuildTensor(),
    ("torch", "FloatStorage"): "<f4",
    ("torch", "LongStorage"): "<i8",
}


class _Unpickler(AllowListUnpickler):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, ALLOWED)

    def persistent_load(self, pid: tuple) -> _Storage:
        kind, dtype, key, _device, count, view = pid
        if kind != "storage" or dtype not in ("<f4", "<i8") or type(count) is not int or view is not None:
            raise ValueError("a storage is described in an unknown way")
        return _Storage(str(key), dtype, count)


def read_torch_weights(path: Path) -> dict[str, np.ndarray]:
    """Read the tensors of a `.pth` file that PyTorch wrote in its old format.

    Args:
        path: the file, written on a little-endian machine by PyTorch before 1.6 or by
            `torch.save(model.state_dict(), path, _use_new_zipfile_serialization=False)`.

    Returns:
        The arrays by name, in the file's order: float32 or int64, row-major, with PyTorch's axes (a convolution
        kernel is output, input, height, width).

    Raises:
        UserError: the file is missing, truncated or of another kind, or it asks for a name that is not allowed.
    """
    try:
        with Path(path).open("rb") as file:
            return _read(file)
    except NotAllowedError as error:
        raise UserError(f"refused to read {path}: {error}") from None
    except OSError as error:
        raise UserError(f"cannot open the weights {path}: {error.strerror}") from error
    # A broken pickle can raise nearly any exception; the documentation of pickle has no complete list.
    except Exception as error:
        raise UserError(f"{path} is damaged or not a weight file in PyTorch's old format ({error}): "
                        "download or install it again") from error


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    if _Unpickler(file).load() != MAGIC_NUMBER or _Unpickler(file).load() != PROTOCOL_VERSION:
        raise ValueError("it does not begin with PyTorch's magic number and protocol 1001")
    if not _Unpickler(file).load()["little_endian"]:
        raise ValueError("it was written on a big-endian machine")
    tensors = _Unpickler(file).load()
    if not isinstance(tensors, dict) or not all(isinstance(tensor, _Tensor) for tensor in tensors.values()):
        raise ValueError("it holds more than tensors by name")
    storages = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    # With two descriptions of one storage, a view could reach beyond it.
    if any(storages[tensor.storage.key] != tensor.storage for tensor in tensors.values()):
        raise ValueError("it describes one storage in two ways")
    numbers = {key: _read_storage(file, storages[key]) for key in _Unpickler(file).load()}
    return {str(name): _view(tensor, numbers[tensor.storage.key]) for name, tensor in tensors.items()}


def _read_storage(file: BinaryIO, storage: _Storage) -> np.ndarray:
    dtype = np.dtype(storage.dtype)
    count = int.from_bytes(file.read(8), "little")
    if count != storage.count:
        raise ValueError(f"storage {storage.key} holds {count} numbers instead of {storage.count}")
    return np.frombuffer(file.read(count * dtype.itemsize), dtype, count)


def _view(tensor: _Tensor, numbers: np.ndarray) -> np.ndarray:
    step = numbers.itemsize
    view = np.lib.stride_tricks.as_strided(numbers[tensor.offset:], tensor.shape,
                                           [step * stride for stride in tensor.strides])
    return np.array(view, order="C")

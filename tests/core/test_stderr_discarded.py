"""What C libraries print is discarded in a block, and nothing else is."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from auxiliary.core.streams import stderr_discarded


def discard(number):
    with stderr_discarded():
        os.write(2, b"not heard")
        time.sleep(0.001)


def test_standard_error_is_back_after_the_block_also_with_many_threads(capfd):
    opened = len(os.listdir("/dev/fd"))    # noqa: PTH208
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(discard, range(50)))
    with pytest.raises(ValueError, match="raised"), stderr_discarded():
        raise ValueError("raised")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
    assert len(os.listdir("/dev/fd")) == opened    # noqa: PTH208

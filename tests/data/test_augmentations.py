import subprocess
import sys

import pytest

from auxiliary.data.augmentations import AUGMENTATIONS, DEFAULT
from auxiliary.errors import UserError
from auxiliary.line import parse_line


def parse(line):
    return parse_line(line, AUGMENTATIONS, "augment")


def test_the_common_line_uses_every_operation():
    assert {type(step) for step in parse(DEFAULT)} == set(AUGMENTATIONS.values())


@pytest.mark.parametrize("line", ["shift", "shift(1)", "shift(-0.1)", "zoom(1)", "brightness(1)", "saturation(dark)",
                                  "flip(0.5)", "flop"])
def test_strengths_are_shares(line):
    with pytest.raises(UserError, match="augment"):
        parse(line)


def test_a_line_is_checked_without_tensorflow():
    code = "import sys, auxiliary.data.augmentations; print({'tensorflow', 'keras'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"

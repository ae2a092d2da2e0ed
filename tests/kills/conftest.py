"""Lets the tests import what the command beside them is made of, as the command itself does."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

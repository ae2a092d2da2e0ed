"""Makes the modules of `kill_runs.py` importable for the tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

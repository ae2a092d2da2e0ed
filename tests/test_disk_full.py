"""Writes that fail as on a full disk: the old file is unchanged, and no other file is left.

A child process limits the size of its files, so that larger writes fail.
"""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
START = """
import resource, signal, sys
from pathlib import Path
from auxiliary.core.errors import UserError
path, limit = Path(sys.argv[1]), int(sys.argv[2])

def fill_the_disk():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)    # without its signal the write raises an error
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
"""
WRITES = {
    "text": ("a.txt", """
from auxiliary.core.files import write_atomically
write = lambda text: write_atomically(path, text * 20_000)
"""),
    "results": ("results.csv", """
from auxiliary.runs.result import COLUMNS, Result
from auxiliary.runs.results_csv import log_result
values = {name: {int: 3, float: 0.1}.get(kind, name * 99) for name, kind in COLUMNS.items()}
values |= {"stage": "scratch", "finished_at": "2025-06-16T12:00:00+00:00"}
write = lambda text: log_result(Result(**values | {"run_id": text}), path)
"""),
    "table": ("clean.csv", """
import pandas as pd
from auxiliary.data.tables import write_table
write = lambda text: write_table(pd.DataFrame({"filepath": [text] * 5000}), path)
"""),
    "arrays": ("arrays.npz", """
import numpy as np
from auxiliary.runs.run import Run
numbers = np.random.default_rng(0).random(9999)
write = lambda text: Run(path.parent).save_arrays(path.stem, numbers=numbers + len(text))
"""),
    "figure": ("curves.png", """
from auxiliary.reporting.style import new_figure, save_figure
def write(text):
    # A wide, empty figure: the SVG file is below the limit, the PNG file above.
    save_figure(new_figure(20, 10 + len(text)), path.parent, path.stem)
"""),
    "drawing": ("curves.svg", """
from auxiliary.reporting.style import new_figure, save_figure
def write(text):
    fig = new_figure(3, len(text))
    fig.subplots(3, 3)
    save_figure(fig, path.parent, path.stem)
"""),
    "checkpoint": ("checkpoint.npz", """
import numpy as np
import pandas as pd
from auxiliary.training.checkpoint import Checkpoint
numbers = np.random.default_rng(0).random(9999)
history = lambda text: pd.DataFrame({"loss": [0.1] * len(text)})
write = lambda text: Checkpoint("", {}, history(text), False, [numbers], [numbers]).save(path)
"""),
    "model": ("model.keras", """
import keras
from auxiliary.core.files import replacing
def write(text):
    model = keras.Sequential([keras.Input((len(text),)), keras.layers.Dense(9999)])
    with replacing(path) as temporary:
        model.save(temporary)
"""),
}
FAIL = """
write("old")
before = path.read_bytes(), {file.name for file in path.parent.iterdir()}
fill_the_disk()
try:
    write("newer")
except UserError as error:
    assert (path.read_bytes(), {file.name for file in path.parent.iterdir()}) == before
    print("refused:", error)
"""


@pytest.mark.parametrize("what", WRITES)
def test_full_disk_keeps_the_old_file(tmp_path, what):
    name, write = WRITES[what]
    done = subprocess.run([sys.executable, "-c", START + write + FAIL, tmp_path / "folder" / name, "8000"],
                          capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.stdout.startswith("refused: "), done.stderr

"""Two experiments, from images to results: `again.py first`, then, with nothing changed, `again.py second`."""

import shutil
import subprocess
import sys
from pathlib import Path

from timing import say, seconds

COMMAND = [sys.executable, "-m", "auxiliary", "run", "animals10", "-p", "source", Path("raw-img").resolve(),
           "--experiments", "lite0,conv4invto128_dense256", "-p", "epochs", "20", "--root", "root"]
if sys.argv[1:] == ["first"]:
    shutil.rmtree("root", ignore_errors=True)
say(seconds(lambda: subprocess.run(COMMAND, check=True, stdout=sys.stderr)), python=sys.version.split()[0])

"""How long a command takes from its start: `started.py help`, or `started.py tensorflow` to import it."""

import subprocess
import sys

from timing import epochs_of, say

COMMANDS = {"help": ["-m", "auxiliary", "--help"], "tensorflow": ["-c", "import tensorflow"]}
command = [sys.executable, *COMMANDS[sys.argv[1]]]
say(epochs_of(lambda: subprocess.run(command, check=True, capture_output=True)), python=sys.version.split()[0])

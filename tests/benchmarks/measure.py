"""Two ways of doing the same work, timed in turn in fresh processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

SIDES = Path(__file__).parent / "sides"
ROUNDS = 3


def timed(side: str, place: Path) -> dict[str, float | str]:
    """Run one side once.

    Args:
        side: name of a script in `sides/`, and its arguments.
        place: the folder with the pictures, as `pictures.prepare` makes it.

    Returns:
        What the script printed last: `seconds`, and what else is worth knowing, such as `versions`.
    """
    script, *arguments = side.split()
    command = [sys.executable, str(SIDES / f"{script}.py"), *arguments]
    done = subprocess.run(command, cwd=place, check=True, stdout=subprocess.PIPE, text=True,
                          env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"})
    return json.loads(done.stdout.splitlines()[-1])


def medians(sides: list[str], place: Path, rounds: int = ROUNDS) -> list[dict[str, float | str]]:
    """Run sides in turn, several times, and give of each the run of the median time."""
    runs = [[timed(side, place) for side in sides] for _ in range(rounds)]
    return [sorted(of_side, key=lambda run: run["seconds"])[rounds // 2] for of_side in zip(*runs, strict=True)]

"""Kills runs at random moments, and checks that the same command continues without loss and nothing stays behind.

    python tests/kills/kill_runs.py [--kills 20] [--seed NUMBER]

A small profile is run once without kills. Then it is run in a new root, killed at a random moment, run again, and so
on until it ends by itself. More roots follow until there were enough kills. Half of the moments are random times, half
come after a random number of epochs. Killed with SIGKILL is the command with all its child processes, or the command
alone, or its kernel alone. Or the command gets SIGTERM or SIGHUP, and must end with a sentence. Other commands run
beside it in the same root, killed or not: notebook 01 with another image size, and exports.

After every kill all files must be whole, and the next command must remove what the killed one left. In the end the
root must equal that of the run without kills, except for times, and no finished epoch may have been trained twice.
Prints one line per kill. If a check fails, the exit status is 1 and the roots are kept. The same seed repeats the same
kills, as far as the machine is equally fast.
"""

import argparse
import random
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from kill_checks import require
from kill_inputs import write_inputs
from kill_process import KillableProcess
from kill_trial import WAYS, Kills, Trial, command


def run_without_kills(profile: Path, root: Path) -> float:
    """Run the command without kills; returns the seconds that it took."""
    process = KillableProcess(command(profile, root), root.with_name(f"{root.name}.log"), root.with_name("t"))
    try:
        require(process.wait(3600) and process.returncode == 0, f"it fails without kills:\n{process.output}")
    finally:
        process.kill_everything()
    return process.seconds


def main(wanted: int, seed: int) -> bool:
    """Kill so many times and print the outcome; whether all checks passed."""
    folder = Path(tempfile.mkdtemp(prefix="auxiliary-kills-")).resolve()
    print(f"seed {seed}; all files are in {folder}", flush=True)
    profile, kills = write_inputs(folder), Kills(wanted, random.Random(seed))
    roots, failed = 0, 0
    whole = run_without_kills(profile, folder / "never-killed")
    print(f"without kills it takes {whole:.0f} s", flush=True)
    while kills.done < wanted and failed < 3:
        roots += 1
        root = folder / f"killed-{roots}"
        try:
            Trial(profile, root, folder / "never-killed", whole, kills).run()
            print(f"    {root.name}: equals the root without kills", flush=True)
        except Exception:    # reading a damaged file can raise anything
            failed += 1
            print(f"    {root.name}: FAILED\n{traceback.format_exc()}", flush=True)
    ways = ", ".join(f"{way} {kills.ways.count(way)} times" for way in WAYS[0])
    print(f"{kills.done} kills ({ways}) in {roots} roots, failed: {failed}" + (f"; kept in {folder}" if failed else ""))
    if not failed:
        shutil.rmtree(folder)
    return not failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Kill runs at random moments and check that nothing is lost.")
    parser.add_argument("--kills", type=int, default=20, help="number of kills; 20 unless given")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6),
                        help="seed of the random moments; random unless given")
    given = parser.parse_args()
    sys.exit(not main(given.kills, given.seed))

"""Kills runs at random moments, for good, and checks that the same command goes on as if nothing had happened.

    python tests/kills/kill_runs.py [--kills 20] [--seed NUMBER]

A small profile is run once without a kill. Then it is run in a new root, killed at a random moment with SIGKILL, run
again, and so on until it ends; then in another root, until there were so many kills. The moment is any between start
and end, or, for every other kill, some epochs later. What is killed is the command with all that it started, or the
command alone, or its kernel alone. After every kill all that is on disk must be whole; in the end it must be what the
run without a kill came to, times aside, and no finished epoch trained twice. Prints a line a kill. Exit status 1, and
the roots are kept, where a promise was broken. The same seed tries the same kills again, as far as the machine is as
fast as it was.
"""

import argparse
import random
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from kill_material import prepare
from kill_trial import WAYS, Kills, Trial, command
from killing import Victim
from surviving import promised


def run_undisturbed(profile: Path, root: Path) -> float:
    """Run the command without a kill and give the seconds that it took."""
    victim = Victim(command(profile, root), root.with_name(f"{root.name}.log"))
    try:
        promised(victim.wait(3600) and victim.process.returncode == 0, f"it fails without a kill:\n{victim.said}")
    finally:
        victim.kill_everything()
    return victim.seconds


def main(wanted: int, seed: int) -> bool:
    """Kill so many times and print what came of it; say whether every promise was kept."""
    place = Path(tempfile.mkdtemp(prefix="auxiliary-kills-")).resolve()
    print(f"seed {seed}; all is in {place}", flush=True)
    profile, kills = prepare(place), Kills(wanted, random.Random(seed))
    roots, broken = 0, 0
    whole = run_undisturbed(profile, place / "never-killed")
    print(f"without a kill it takes {whole:.0f} s", flush=True)
    while kills.done < wanted and broken < 3:
        roots += 1
        root = place / f"killed-{roots}"
        try:
            Trial(profile, root, place / "never-killed", whole, kills).run()
            print(f"    {root.name}: ended as the one that was never killed", flush=True)
        except Exception:    # whatever reading a damaged file raises
            broken += 1
            print(f"    {root.name}: BROKEN\n{traceback.format_exc()}", flush=True)
    ways = ", ".join(f"{way} {kills.ways.count(way)} times" for way in WAYS[0])
    print(f"{kills.done} kills ({ways}) in {roots} roots, broken: {broken}" + (f"; kept in {place}" if broken else ""))
    if not broken:
        shutil.rmtree(place)
    return not broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Kill runs at random moments and check that nothing is lost.")
    parser.add_argument("--kills", type=int, default=20, help="how many; 20 unless given")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the moments; random unless given")
    given = parser.parse_args()
    sys.exit(not main(given.kills, given.seed))

"""How the results were made, and the command that makes them again, as blocks of a page."""

import pandas as pd

from auxiliary.reporting.page.blocks import Block, Command, Facts, Prose
from auxiliary.reporting.page.material import Material

SAME = ("device", "precision", "python", "tensorflow", "keras", "commit")


def making_blocks(material: Material) -> list[Block]:
    """Machine, versions and division of all that is shown, and what to type."""
    results = material.lab.results
    machine = [(name, ", ".join(sorted(set(results[name].dropna()) - {""})) or "not known") for name in SAME]
    times = pd.to_datetime(results["time"], utc=True)
    ends = dict.fromkeys(f"{time:%Y-%m-%d %H:%M}" for time in (times.min(), times.max()))
    blocks: list[Block] = [
        Command(material.command), Command(f"python -m auxiliary report {material.lab.paths.dataset}"),
        Facts([*machine, ("pictures", f"fingerprint {material.lab.data}"), ("divided", material.lab.split),
               ("finished, UTC", " to ".join(ends))]),
        Prose("Choices were made on validation pictures; each run looked at the test pictures once, at its end. The "
              "same profile, seed and machine give the same figures to the last digit, times aside.", small=True)]
    lacking = material.results["name"].drop(material.shown.index)
    if len(lacking):
        blocks.append(Prose(f"Not looked into, since what the run left is not, or not all, in "
                            f"models/{material.lab.paths.dataset}: {', '.join(lacking)}. To have it again, remove what "
                            "is left of the folder and train the row anew."))
    if material.unfinished:
        blocks.append(Prose(f"Not finished, and so not shown: {', '.join(material.unfinished)}."))
    return blocks

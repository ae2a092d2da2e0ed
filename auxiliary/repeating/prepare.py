"""What a run was trained on and with, opened again, and checked to be what it was."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from auxiliary.config.profile import Profile
from auxiliary.data.inspect_files import inspect_files
from auxiliary.data.parallel import in_batches
from auxiliary.data.parts import PARTS
from auxiliary.errors import UserError
from auxiliary.lab import Lab
from auxiliary.paths import Paths
from auxiliary.training.find import read_recipe
from auxiliary.training.pipeline import PIPELINE
from auxiliary.training.run_folder import Run
from auxiliary.training.train import find_run


def open_chain(chain: Sequence[Run], root: Path) -> Lab:
    """A profile of the rows of some runs and nothing else, on the pictures below `root`.

    Args:
        chain: a run, the last, and those that it goes on from.
        root: the folder that holds `data/`.

    Raises:
        UserError: when this version cannot read a recipe.
    """
    recipes = [read_recipe(run) for run in chain]
    stage = "transfer" if "backbone" in recipes[-1]["row"] else "scratch"
    try:
        profile = Profile.model_validate({"dataset": recipes[-1]["dataset"], "split": recipes[-1]["split"],
                                          stage: [recipe["row"] for recipe in recipes]})
    except ValidationError as error:
        problem = error.errors()[0]
        raise UserError(f"this version cannot read the recipe of {chain[-1].id}, or of a run that it goes on from "
                        f"({'.'.join(map(str, problem['loc']))}: {problem['msg']}); the one that wrote it can, its "
                        f"commit is {recipes[-1]['commit'] or 'unknown'}") from None
    return Lab(profile, Paths(root, profile.dataset), {row.key: row for row in profile.rows})


def check_pictures(lab: Lab, chain: Sequence[Run]) -> None:
    """Check that the pictures are those that the runs were made with, the files on disk included.

    Raises:
        UserError: when they are not, with what is the first to differ.
    """
    for run in chain:
        for part, made in read_recipe(run)["pictures"].items():
            if lab.fingerprints[part] != made["fingerprint"]:
                raise UserError(f"{lab.paths.table(part)} lists other pictures than {run.id} was made with: they were "
                                "divided or made anew since, and the run cannot be repeated on them")
    tables = {part: getattr(lab, part) for part in PARTS}
    listed = pd.concat(tables, names=["table"]).reset_index("table")
    facts = in_batches(inspect_files, listed["filepath"].tolist(), "checking the pictures", size=256)
    for table, file, content, fact in zip(listed["table"], listed["filepath"], listed["content"], facts, strict=True):
        if fact.content != content:
            why = "holds something else" if fact.content else fact.problem
            raise UserError(f"{file} is not the picture that {table}.csv lists ({why}): put it back, or delete "
                            f"{lab.paths.processed}, and notebook 01 makes it again "
                            "(python -m auxiliary run PROFILE --only 01)")


def check_identity(lab: Lab, chain: Sequence[Run]) -> None:
    """Check that this code means by the runs' recipes the runs that they are.

    Raises:
        UserError: when it does not, with what differs.
    """
    for run, row in zip(chain, lab.profile.rows, strict=True):
        recipe = read_recipe(run)
        made = find_run(row, lab, recipe["seed"]).id
        if made == run.id:
            continue
        if recipe["pipeline"] != PIPELINE:
            why = (f"trains and measures by version {PIPELINE} of how that is done, and the run was made by version "
                   f"{recipe['pipeline']}")
        else:
            why = f"takes its recipe for that of {made}, so the recipe or the folder's name was edited, or the code"
        raise UserError(f"{run.id} would not be repeated, something else would be made: this code {why}; the code that "
                        f"made it can repeat it, its commit is {recipe['commit'] or 'unknown'}")

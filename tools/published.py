"""The rows of results.csv that the README and docs/ show: those that Git has, committed or staged.

A developer's own runs add rows to the file in the working tree. Those are published only once they are staged.
"""

import subprocess
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.text import counted
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.results_read import read_table_of_results

RESULTS = "results.csv"


def published_results(root: Path) -> pd.DataFrame:
    """The published rows, as `read_results` returns them.

    Args:
        root: the folder that holds results.csv, in a Git repository.

    Raises:
        UserError: when Git has no results.csv there.
    """
    done = subprocess.run(["git", "-C", str(root), "show", f":./{RESULTS}"], capture_output=True, check=False)
    if done.returncode:
        raise UserError(f"Git has no {RESULTS} of {root}, and only rows that it has are published: `git add {RESULTS}` "
                        f"in a clone of the repository ({done.stderr.decode().strip()})")
    return read_table_of_results(done.stdout, root / RESULTS)


def unpublished_remark(root: Path, published: pd.DataFrame) -> str:
    """A sentence that counts the rows of the file that are not published; empty where there is none.

    Args:
        root: as for `published_results`.
        published: the published rows.
    """
    results = read_results(root / RESULTS)
    others = int((~results["run_id"].isin(set(published["run_id"]))).sum())
    return (f"{counted(others, 'row')} of {RESULTS} left out, because Git does not have them: `git add {RESULTS}` "
            "publishes them") if others else ""

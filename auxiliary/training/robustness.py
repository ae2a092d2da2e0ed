"""Which corrupted test images the best networks of a data set answer correctly, measured once and cached."""

import pandas as pd

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.progress import Progress, notify
from auxiliary.evaluation.corruptions import METHOD
from auxiliary.evaluation.robustness import CLEAN, COLUMNS
from auxiliary.project.project import Project
from auxiliary.reporting.robustness import read_robustness
from auxiliary.reporting.robustness_figure import robustness_figure
from auxiliary.reporting.style import StyledFigure
from auxiliary.runs.find import best_of_stages
from auxiliary.runs.run import Run
from auxiliary.training.cached_table import cached_table


def measure_robustness(project: Project) -> pd.DataFrame:
    """Corrupt the test images, and ask the best network from scratch and the best pre-trained one.

    The best is that of the highest validation accuracy whose folder is here. Images are corrupted at the size of
    the processed ones; each network then gets them at its own size, with the views of its own test. The answers are
    cached in `robustness.csv`.

    Returns:
        One row per network and test image: `stage`, `experiment`, `run_id`, `method` (the version of the corruptions),
        `filepath`, and 1 or 0 in the columns `clean` and `COLUMNS`.

    Raises:
        UserError: no run is here; or a network or an image cannot be read.
    """
    runs = best_of_stages(project.results, project.paths.models)
    if not runs:
        raise UserError(f"{project.paths.models} holds no finished run on these images: train an experiment first "
                        "(python -m auxiliary run PROFILE)")
    made_of = {"method": str(METHOD), "images": project.fingerprints["test"],
               **{stage: run.result.run_id for stage, run in runs.items()}}
    return cached_table(project, "robustness", made_of, "measuring robustness on these images",
                        lambda: pd.concat([_asked(run, project) for run in runs.values()], ignore_index=True))


def known_figure(project: Project) -> StyledFigure:
    """The figure of what was measured of the best networks; a title alone where nothing was."""
    return robustness_figure(read_robustness(project), project.chance)


def _asked(run: Run, project: Project) -> pd.DataFrame:
    """The rows of one network."""
    result, test = run.result, project.test
    runtime.start(result.seed)
    # TensorFlow is loaded, which a table that is read back does without.
    from auxiliary.evaluation.corrupted_answers import read_classifier

    classifier = read_classifier(run)
    columns = [CLEAN, *COLUMNS]
    total = len(test) * len(columns) * len(classifier.networks)
    with Progress(f"{result.key} on corrupted images", total, "image") as progress:
        labels = {column: classifier.labels(test, column, progress) for column in columns}
    answers = pd.DataFrame({column: (found == test["label"].to_numpy()).astype("int64")
                            for column, found in labels.items()})
    _compare_clean(run, answers[CLEAN].mean())
    about = {"stage": result.stage, "experiment": result.key, "run_id": result.run_id, "method": METHOD}
    return pd.DataFrame({**about, "filepath": test["filepath"].to_numpy()}).join(answers)


def _compare_clean(run: Run, accuracy: float) -> None:
    """Say so where the clean images have another accuracy than in the run's own test."""
    if abs(accuracy - run.result.accuracy) > 1e-9:
        notify(f"{run.id} has a test accuracy of {run.result.accuracy:.4f}, and {accuracy:.4f} when it is asked again "
               "on this machine: robustness is compared with the latter")

"""The best run of a profile, whoever trained it here."""

from auxiliary.core.errors import UserError
from auxiliary.project.project import Project
from auxiliary.runs.result import folder_of
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import best_of_each


def best_so_far(project: Project) -> Run:
    """The best run on the project's images, as in `best`, of those whose folder is still there.

    Raises:
        UserError: when there is none.
    """
    for name in best_of_each(project.results)["run_id"]:
        run = Run(project.paths.models / folder_of(name))
        if run.finished and not run.diverged:
            return run
    raise UserError(f"{project.paths.models} holds no finished run on these images: train an experiment first")

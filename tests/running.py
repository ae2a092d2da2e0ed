"""How all tests run: the slow files first, and without what makes imports slow."""

from collections.abc import Iterator

import pytest

from auxiliary.core.collection import kept_from_collection
from auxiliary.core.grammars import skip_iri_grammar

# Files that take a minute or so, the slowest first: one that comes last leaves all processes but one without work.
SLOW = ("commands/test_smoke_command.py", "notebooks/test_notebooks.py", "cluster/test_execute.py",
        "training/test_checkpoint.py", "kills/test_kills.py", "training/test_several_gpus.py", "commands/test_run.py",
        "cluster/test_training.py", "deploy/test_predict_killed.py", "deploy/export/test_export.py",
        "test_right_images.py", "training/test_train.py", "commands/test_train.py", "commands/test_reproduce.py",
        "training/test_retrain.py", "training/test_mixed_precision.py", "deploy/export/test_originals_check.py",
        "commands/test_smoke_checks.py", "commands/test_run_images.py", "networks/test_families.py",
        "training/test_tuning.py")
# Then these folders, whose files take longer than most: what comes last should take no time.
NEXT = ("training",)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Import all modules of tests, and with them TensorFlow and Jupyter, as the command does."""
    skip_iri_grammar()
    with kept_from_collection():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of slow files first, in the order above, then those of slow folders."""
    ranks = {path: rank for rank, path in enumerate((*SLOW, *NEXT))}

    def rank(item: pytest.Item) -> int:
        path = item.nodeid.partition("::")[0].removeprefix("tests/")
        return ranks.get(path, ranks.get(path.partition("/")[0], len(ranks)))

    items.sort(key=rank)

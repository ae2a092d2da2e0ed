import subprocess

import pytest

from auxiliary.core.errors import UserError
from auxiliary.runs.results_csv import log_result
from tools.published import RESULTS, published_results, unpublished_remark


@pytest.fixture
def git(tmp_path):
    """Runs Git in a new repository, which may lie below another one."""
    def run(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True, capture_output=True)

    run("init")
    return run


def test_rows_that_git_does_not_have_are_left_out_and_counted(git, tmp_path, result):
    for name in ("committed-1", "trial-1", "trial-2"):
        log_result(result.model_copy(update={"run_id": name}), tmp_path / RESULTS)
        if name == "committed-1":
            git("add", RESULTS)
            assert unpublished_remark(tmp_path, published_results(tmp_path)) == ""
    published = published_results(tmp_path)
    assert published["run_id"].tolist() == ["committed-1"]
    assert unpublished_remark(tmp_path, published).startswith("2 rows of results.csv left out")
    git("add", RESULTS)
    assert len(published_results(tmp_path)) == 3


def test_a_file_that_git_does_not_have_is_refused(git, tmp_path, result):
    log_result(result, tmp_path / RESULTS)
    with pytest.raises(UserError, match=r"Git has no results\.csv"):
        published_results(tmp_path)

import subprocess

import pytest

from auxiliary.errors import UserError
from auxiliary.evaluation.results import read_results
from auxiliary.paths import REPOSITORY
from auxiliary.reporting.readme import fill, render


def committed(name, tmp_path):
    done = subprocess.run(["git", "-C", str(REPOSITORY), "show", f"HEAD:{name}"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"{name} is not committed here")
    (tmp_path / name).write_bytes(done.stdout)
    return tmp_path / name


def test_the_committed_readme_shows_the_committed_results(tmp_path):
    readme = committed("README.md", tmp_path).read_text(encoding="utf-8")
    assert render(readme, read_results(committed("results.csv", tmp_path))) == readme


def test_only_what_stands_between_the_marks_is_replaced():
    assert fill("a\n<!-- x -->\nold\n<!-- /x -->\nb", "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb"


def test_a_text_without_marks_is_an_error():
    with pytest.raises(UserError, match="<!-- x -->"):
        fill("a", "x", "new")

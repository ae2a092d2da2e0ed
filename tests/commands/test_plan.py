"""What is announced before a run, and what `--plan` shows."""

import re
import shutil

import pytest

from auxiliary.commands import estimate
from auxiliary.commands import run as session
from auxiliary.commands.notebooks import find_notebooks
from auxiliary.commands.plan import announce
from auxiliary.core.console import PlainConsole
from auxiliary.data.catalogue import catalogue
from auxiliary.project.open import open_project
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.retrain import retrain_later
from tests.colours import open_text

PROFILE = "dataset: {}\nname: colours\nimage_size: 16\nscratch:\n"
EXPERIMENT = "  - {{model_id: net{}, learning_rate: 0.1, epochs: 1, net: conv(4) | pool | gap | dense(8)}}\n"


@pytest.fixture
def project(image_folder, tmp_path):
    """Opens a profile with so many experiments."""
    folder = image_folder({"green": 20, "blue": 20})

    def opened(count: int, more: str = "", only: str = "*", seeds: tuple[int, ...] = (0,)):
        text = PROFILE.format(folder) + "".join(EXPERIMENT.format(number) for number in range(count)) + more
        return open_text(f"seeds: {[*seeds]}\n{text}", tmp_path, only, root=tmp_path / "root")

    return opened


@pytest.fixture
def announced(capsys):
    """The keys in the table of a project's plan, and everything that is printed."""
    def announced(project, notebooks=None, **options) -> tuple[list[str], str]:
        announce(PlainConsole(width=80), project, notebooks or find_notebooks(), **options)
        printed = capsys.readouterr().out
        return re.findall(r"│ (net\d+)", printed), printed

    return announced


def finish(project, key: str, seed: int = 0) -> None:
    """Make a run of an experiment that looks finished."""
    run = Job(project.experiments[key], seed, project).run
    run.folder.mkdir(parents=True)
    run.result_file.touch()


def test_few_experiments_are_all_announced(project, announced):
    keys, printed = announced(project(3))
    assert keys == ["net0", "net1", "net2"]
    assert "(40 files)" in printed
    assert re.search(r"About \d+ s on this machine's processor, \d+ s of it training 3 runs; within a factor of two on "
                     "a machine that does nothing else", printed)


def test_many_experiments_take_no_more_than_a_screen(project, announced):
    keys, printed = announced(project(45))
    assert len(keys) == 12
    assert "and 33 more; `--plan` shows all of them and runs nothing" in printed
    assert len(printed.splitlines()) <= 24


def test_a_long_network_leaves_room_for_the_other_columns(project, announced):
    layers = "conv(4)" + " | act(relu)" * 20
    long = "".join(EXPERIMENT.format(number).replace("conv(4)", layers) for number in range(5))
    keys, printed = announced(project(0, more=long))
    assert keys == [f"net{number}" for number in range(5)]
    assert len(re.findall(r"│ net\d +│ conv\(4\) .*… │ 1 +│ \d+ \w+ +│", printed)) == 5


def test_of_a_long_network_the_whole_plan_shows_a_few_lines(project, announced):
    layers = "conv(4)" + " | act(relu)" * 60
    keys, printed = announced(project(0, more=EXPERIMENT.format(0).replace("conv(4)", layers)), whole=True)
    assert keys == ["net0"]
    row = printed[printed.index("│ net0"):printed.index("└")]
    assert "conv(4) |" in row and "dense(8)" in row and len(row.splitlines()) <= 6


def test_the_whole_plan_is_shown_if_asked_for(project, announced):
    keys, printed = announced(project(45), whole=True)
    assert keys == [f"net{number}" for number in range(45)]
    assert "more" not in printed


def test_a_grid_is_described_in_a_line(project, announced):
    grid = "grid: {learning_rate: [0.1, 0.01], optimizer: [adam, sgd(0.9)], augment: ['', flip]}"
    _, printed = announced(project(6, f"  - {{model_id: many, epochs: 1, net: gap, {grid}}}\n"))
    assert "and 2 more" in printed
    line = " ".join(printed.partition("grid of ")[2].split())
    assert line.startswith("many: 2 x 2 x 2 values of learning_rate (0.1, 0.01), optimizer (adam, sgd(0.9)) and "
                           "augment (none, flip)")


def test_what_is_left_comes_before_what_is_finished(project, announced, divide):
    project = divide(project(14))
    for experiment in project.profile.experiments[:3]:
        finish(project, experiment.key)
    keys, printed = announced(project)
    assert keys == [f"net{number}" for number in (*range(3, 14), 0)]
    assert printed.count("finished") == 1


def test_runs_are_counted(project, announced, divide):
    project = divide(project(1, seeds=(0, 1, 2)))
    printed = announced(project)[1]
    assert re.search(r"│ \d+ s, 3 seeds │", printed) and "training 3 runs;" in printed
    finish(project, "net0", seed=1)
    printed = announced(project)[1]
    assert re.search(r"│ \d+ s, 2 of 3 seeds │", printed) and "training 2 runs;" in printed


CHILDREN = """
  - {model_id: child, parent: net0, learning_rate: 0.1, epochs: 1}
  - {model_id: grandchild, parent: child, learning_rate: 0.1, epochs: 1}
"""


def test_children_are_announced_where_they_are_trained_anew(project, announced, divide):
    whole = divide(project(2, CHILDREN))
    for key in whole.experiments:
        finish(whole, key)
    chosen = project(2, CHILDREN, only="net0")
    assert "training" not in announced(chosen)[1]
    retrain_later(jobs_of(chosen.profile.experiments, chosen), chosen)
    # As `train_all` would, and nothing else.
    printed = announced(chosen)[1]
    assert re.findall(r"│ (\w+) +│ conv", printed) == ["net0", "child", "grandchild"]
    assert "finished" not in printed and "training 3 runs;" in printed


def test_after_images_were_added_nothing_is_finished(project, announced, divide):
    project = divide(project(1))
    folder = project.paths.own
    project.save_table(catalogue(folder), "overview")
    finish(project, "net0")
    assert "finished" in announced(project)[1]
    shutil.copy(folder / "green" / "0.png", folder / "green" / "more.png")
    printed = announced(project)[1]
    assert "The images have changed" in printed and "About" in printed and "finished" not in printed
    # Without notebook 01, the new image is not used.
    assert "finished" in announced(project, notebooks=find_notebooks("02"))[1]


def test_nothing_runs_and_nothing_is_written_for_a_plan(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(session, "run_notebooks", lambda *_: pytest.fail("a notebook was run"))
    session.run_profile("demo", {}, root=tmp_path / "root", plan=True)
    assert "airbench_small" in capsys.readouterr().out
    assert not (tmp_path / "root").exists()


def test_features_are_paid_for_once(tmp_path, monkeypatch, announced):
    extracted = {}
    monkeypatch.setattr(estimate, "estimate_seconds",
                        lambda experiment, _images, _speed, known: extracted.setdefault(experiment.key, known) or 1)
    announced(open_project("animals10", root=tmp_path))
    assert (extracted["mobnet2_small_notraining"], extracted["mobnet2_small"]) == (False, True)
    assert not extracted["resnet2_small"]
    tuned = extracted["mobnet2_small_tune20"], extracted["mobnet2_small_tune20_1e-4"]
    assert tuned == (False, True)

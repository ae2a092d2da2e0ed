"""The end of a run, before anything is trained."""

import shutil
from dataclasses import replace

import nbformat
import pytest

from auxiliary.commands.conclusion import _print_others, conclude
from auxiliary.core.console import PlainConsole
from auxiliary.data.catalogue import catalogue
from auxiliary.project.project import Project
from auxiliary.runs.results_csv import log_result
from auxiliary.runs.run import Run


@pytest.fixture
def project(opened, tmp_path) -> Project:
    """The profile with split images and no result."""
    shutil.copytree(opened.paths.root / "data", tmp_path / "data")
    return replace(opened, paths=replace(opened.paths, root=tmp_path))


def test_the_table_is_that_of_the_command_results(project, result, answers, monkeypatch, capsys):
    monkeypatch.setattr("auxiliary.commands.conclusion.write_report", lambda project: project.paths.assets)
    same = {"dataset": project.paths.dataset, "images_hash": project.images_hash, "split_rule": project.split_rule}
    run = Run(project.paths.models / "cnn-h0123456789ab")
    run.save_predictions("test", answers(0, 86))
    run.finish(result.model_copy(update=same | {"run_id": run.id}))
    log_result(run.result, project.paths.results)
    log_result(result.model_copy(update=same | {"run_id": "shipped-1"}), project.paths.results)
    conclude(PlainConsole(width=200), project, [])
    printed = capsys.readouterr().out
    assert f"{project.paths.dataset}, own runs: test accuracy" in printed
    assert "│ shipped" not in printed and "┃ shipped " in printed and "┃ seconds " in printed
    assert printed.endswith(f": {project.paths.command('predict', 'IMAGE', '--dataset', project.paths.dataset)}\n")


@pytest.mark.parametrize(("bad", "said"), [
    (0, ""), (2, "2 of 60 files were left out: truncated (2). By class: blue 2 of 20.\n"),
    (20, "No file of class blue is used. 20 of 60 files were left out: truncated (20). "
         "By class: blue 20 of 20.\n")])
def test_files_that_were_left_out_are_counted(project, colours, capsys, bad, said):
    overview = catalogue(colours)
    overview.loc[:bad - 1, "error"] = "truncated"
    project.save_table(overview, "overview")
    conclude(PlainConsole(width=1000), project, [])
    assert capsys.readouterr().out.startswith(f"{said}\nwritten:\n")


def test_without_a_list_of_files_nothing_is_counted(project, capsys):
    conclude(PlainConsole(), project, [])
    assert capsys.readouterr().out.startswith("\nwritten:\n")


def test_pages_of_this_run_alone_are_listed(project, capsys):
    project.paths.assets.mkdir(parents=True)
    notebooks = [project.paths.assets / name for name in ("01-preprocessing.ipynb", "02-scratch-cnns.ipynb")]
    for notebook in notebooks:
        nbformat.write(nbformat.v4.new_notebook(), notebook)
    conclude(PlainConsole(width=1000), project, notebooks[:1])
    printed = capsys.readouterr().out
    assert f"{notebooks[0].with_suffix('.html')}\n" in printed and "02-scratch-cnns" not in printed


@pytest.mark.parametrize("column", ["images_hash", "split_rule"])
def test_runs_on_other_images_are_counted(project, result, capsys, column):
    dataset = project.paths.dataset
    same = {"dataset": dataset, "images_hash": project.images_hash, "split_rule": project.split_rule}
    for name, other in (("now", {}), ("before", {column: "other"}), ("earlier", {column: "another"})):
        run = Run(project.paths.models / f"{name}-h0123456789ab")
        run.begin({})
        run.finish(result.model_copy(update=same | other | {"key": name, "run_id": f"{run.id}-20250616T120000"}))
        log_result(run.result, project.paths.results)
    _print_others(PlainConsole(width=1000), project, project.rows.own)
    assert capsys.readouterr().out == (
        f"2 runs on other images or another split: python -m auxiliary results {dataset} "
        f"--root {project.paths.root}\n")


def test_without_other_runs_none_are_counted(project, capsys):
    _print_others(PlainConsole(), project, project.rows.own)
    assert capsys.readouterr().out == ""

"""The end of a run, before anything is trained."""

import shutil
from dataclasses import replace

import pytest

from auxiliary.commands.conclusion import conclude
from auxiliary.core.console import PlainConsole
from auxiliary.data.catalogue import catalogue
from auxiliary.project.project import Project


@pytest.fixture
def project(opened, tmp_path) -> Project:
    """The profile with split images and no result."""
    shutil.copytree(opened.paths.root / "data", tmp_path / "data")
    return replace(opened, paths=replace(opened.paths, root=tmp_path))


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

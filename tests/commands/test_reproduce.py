"""Finished runs trained again, for real, on few images."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from auxiliary.commands import reproduce as session
from auxiliary.commands import reproduce_setup as prepare
from auxiliary.commands.reproduce import differences, find_chain
from auxiliary.commands.reproduce_setup import figures, open_chain, side_by_side
from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.runs.run import Run
from auxiliary.training import identity
from auxiliary.training.identity import PIPELINE
from auxiliary.training.train_all import train_all
from tests.colours import open_text
from tests.images import clean_table_of
from tests.names import WORDS

PROFILE = """
dataset: {folder}
name: colours
image_size: 16
batch_size: 8
sampling: none
scratch:
  - {{model_id: small, learning_rate: 0.02, epochs: 2, net: conv(4) | gap | dropout(0.2)}}
  - {{model_id: small_on, parent: small, learning_rate: 0.01, epochs: 1, augment: flip, seeds: [0]}}
  - {{model_id: untrained, image_size: 24, learning_rate: 0.02, epochs: 0, net: conv(4) | gap, seeds: [0, 1]}}
"""
COMMIT = "0123456789ab"


@pytest.fixture(scope="module", autouse=True)
def clean_code():
    """Code without changes, whatever is being worked on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "commit", lambda: COMMIT)
        yield


@pytest.fixture(scope="module")
def trained(clean_code, image_folder, divide, tmp_path_factory) -> Path:
    """A root in which every experiment has been trained."""
    folder, root = image_folder({"green": 20, "blue": 20, "red": 20}), tmp_path_factory.mktemp("trained")
    project = open_text(PROFILE.format(folder=folder), root)
    images = project.paths.data / "images"
    shutil.copytree(folder, images)
    divide(project, clean_table_of(images))
    train_all(project.profile.experiments, project)
    return root


@pytest.fixture
def root(trained, tmp_path) -> Path:
    """A copy of it, to be spoilt."""
    return shutil.copytree(trained, tmp_path / "root")


@pytest.fixture
def reproduce(tmp_path, monkeypatch, capsys):
    """Reproduces a run; returns what it prints and its error, and checks what is left of the temporary folder."""
    def run(name: str, root: Path | None, error: bool = False) -> str:
        scratch = tmp_path / "temporary"
        scratch.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        printed = ""
        if error:
            with pytest.raises(UserError) as caught:
                session.reproduce_run(name, root)
            printed = str(caught.value)
        else:
            session.reproduce_run(name, root)
        left = [str(path) for path in scratch.iterdir()]
        assert left == re.findall(r"everything is kept in (\S+)", printed)
        return capsys.readouterr().out + printed

    return run


def run_of(root: Path, key: str, seed: int = 0) -> Run:
    runs = [Run(file.parent) for file in root.glob("models/colours/*/result.json")]
    return next(run for run in runs if (run.result.key, run.result.seed) == (key, seed))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_run_finds_the_tables_with_its_labels(root):
    chain = find_chain(run_of(root, "small"))
    tables = open_chain(chain, root).paths.tables
    fixed = tables.rename(f"{tables}-fixed-h0123456789ab")
    edit(fixed / "split.json", '"fixes": ""', '"fixes": "h0123456789ab"')
    project = open_chain(chain, root)
    assert project.paths.tables == fixed
    prepare.check_images(project, chain)


def test_a_reproduced_run_agrees_in_all_figures(reproduce, root):
    before = contents(root)
    run = run_of(root, "small")
    printed = reproduce("small", root)
    assert printed.startswith(
        f"{run.id} of colours: finished {run.result.finished_at:%Y-%m-%d %H:%M} UTC, commit {COMMIT}, in "
    )
    assert re.search(rf"\n *val_accuracy +{run.result.val_accuracy} +{run.result.val_accuracy} *\n", printed)
    # Of a result 13 figures, of two epochs five each, of six images a class, its confidence, and three more.
    count = len(figures(run))
    assert count == len(figures(run)["result"]) + 2 * 5 + 6 * 5
    assert f"all {count} figures agree to the last digit" in printed
    assert contents(root) == before


def test_parents_are_reproduced_too(reproduce, root):
    small, child = run_of(root, "small"), run_of(root, "small_on")
    # Nothing that was computed is read: it may be anything.
    for run in (small, child):
        run.model_file.write_bytes(b"not a model")
    printed = reproduce(child.result.run_id, root)
    assert [line.split(" ")[0] for line in printed.splitlines()[:2]] == [small.id, child.id]
    assert f"all {len(figures(small)) + len(figures(child))} figures agree" in printed


def test_an_edited_figure_is_named_and_the_folder_is_kept(reproduce, root):
    run = run_of(root, "small")
    value = run.result.val_accuracy
    run.finish(run.result.model_copy(update={"val_accuracy": 0.123}))
    printed = reproduce(str(run.folder), None, error=True)
    assert re.search(rf"\n *val_accuracy +0\.123 +{value} *\n", printed)
    assert "macro_f1" not in printed
    assert f"1 of {len(figures(run))} figures differ; nothing on record has changed" in printed
    kept = Path(printed.splitlines()[-1].removeprefix("everything is kept in "))
    assert run_of(kept, "small").result.val_accuracy == value


def test_epochs_and_probabilities_count_to_the_last_digit(trained, root):
    run = run_of(root, "small")
    then = figures(run_of(trained, "small"))
    loss = float(run.history["val_loss"].iloc[1])
    # A whole step of the last digit may be the same number.
    edit(run.folder / "history.csv", str(loss), str(loss + 1e-15))
    file = run.folder / "predictions-test.csv"
    file.write_text("\n".join(file.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    run.finish(run.result)
    table = side_by_side(then, figures(run))
    different = table[table["then"] != table["again"]]
    assert different["figure"].tolist() == ["epoch 2 val_loss", *(f"image 6 {name}" for name in (
        "predicted", "confidence", "p:blue", "p:green", "p:red"))]
    assert set(different["again"][1:]) == {"-"}


def test_another_precision_is_named_as_a_possible_reason(reproduce, root):
    run = run_of(root, "untrained")
    now = run.recipe["precision"]
    then = "mixed_float16" if now == "float32" else "float32"
    edit(run.folder / "recipe.json", f'"precision": "{now}"', f'"precision": "{then}"')
    spoilt = run.result.model_copy(update={"test_loss": 9.0})
    file = run.folder / "predictions-test.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",0.", ",1."), encoding="utf-8")
    run.finish(spoilt)
    printed = reproduce(run.id, root, error=True)
    assert f"\nprecision: {then} then, {now} now\n" in printed
    # Twenty of the loss, and of six images the confidence and three probabilities.
    assert "\nand 5 more\n25 of " in printed
    assert " figures differ; possible reasons are these changes: precision" in printed


def test_runs_that_diverged_agree(tmp_path, result):
    run = Run(tmp_path / "wild-h0123456789ab")
    run.begin({})
    run.save_history(pd.DataFrame({"epoch": [1], "learning_rate": [1e30], "phase": ["own"]} | dict.fromkeys(
        ["accuracy", "loss", "val_accuracy", "val_loss"], float("nan"))))
    run.finish(result.model_copy(update={"diverged": "in epoch 1", "accuracy": float("nan")}))
    table = side_by_side(figures(run), figures(run))
    assert (table["then"] == table["again"]).all()
    assert set(table["of"]) == {"result", "epoch"} and "in epoch 1" in set(table["then"])


def test_only_differences_of_the_environment_are_printed(trained):
    recipe = run_of(trained, "small").recipe
    assert differences(recipe, recipe) == {}
    keras, settings = recipe["versions"]["keras"], recipe["settings"]
    newer = recipe | {"versions": recipe["versions"] | {"keras": "9"}, "settings": settings | {"XLA_FLAGS": "x"}}
    assert differences(recipe, newer) == {
        "keras": f"keras: {keras} then, 9 now", "XLA_FLAGS": "XLA_FLAGS: none then, x now"}
    changed = recipe | {"commit": f"{COMMIT}+changes"}
    assert list(differences(recipe, changed)) == ["commit"]
    assert list(differences(changed, changed)) == ["code"]
    assert differences(recipe | {"code": "h1"}, recipe) == {"code": f"code: h1 then, {recipe['code']} now"}
    broken = recipe | {"breaks": [{"epoch": 3, "commit": "abc"}, {"epoch": 5, "commit": ""}]}
    assert list(differences(broken, recipe).values()) == [
        "interrupted: after epoch 3 (commit abc), 5 (commit unknown) then, not now"]


def test_images_of_another_split_are_noticed(reproduce, root):
    project = open_chain([run_of(root, "small")], root)
    write_splits((project.train, project.test, project.val), project.profile.split, project.paths)
    printed = reproduce("small", root, error=True)
    assert "val.csv lists other images than small-" in printed


def test_an_image_file_that_was_changed_is_named(reproduce, root):
    project = open_chain([run_of(root, "small")], root)
    one, other = (Path(file) for file in project.val["filepath"].iloc[[3, 5]])
    one.write_bytes(other.read_bytes())
    other.unlink()
    printed = reproduce("small", root, error=True)
    assert printed.startswith(f"{one} is not the image that val.csv lists (holds something else): put it back")
    shutil.copyfile(project.val["filepath"].iloc[4], other)


def test_a_key_of_several_runs_lists_them(reproduce, root):
    printed = reproduce("untrained", root, error=True)
    assert printed.startswith("2 finished runs are called 'untrained'; name one of them:\n  untrained-")
    assert f"\n  {run_of(root, 'untrained', 1).id} (colours, seed 1, " in printed


@pytest.mark.parametrize(("name", "answer"), [
    ("smal", "unknown run of ROOT 'smal': did you mean 'small'? (valid: small, small_on, untrained)"),
    ("OTHER", "did you mean 'ID'? (valid: small-"), ("models", "unknown run of ROOT 'models' (valid: ")])
def test_a_run_that_does_not_exist(reproduce, root, name, answer):
    known = run_of(root, "small").id
    other = known[:-1] + ("1" if known.endswith("0") else "0")
    name, answer = (text.replace("ROOT", str(root)).replace("OTHER", other).replace("ID", known)
                    for text in (name, answer))
    assert answer in reproduce(name, root, error=True)


def test_a_run_of_a_data_set_that_does_not_exist(root):
    with pytest.raises(UserError, match=r"unknown data set of .+/models 'colour': did you mean 'colours'\?"):
        session.reproduce_run("small", root, "colour")


def test_a_run_that_was_trained_again_later(reproduce, root):
    run = run_of(root, "small")
    printed = reproduce(f"{run.id}-20200101T000000", root, error=True)
    assert printed.startswith(f"{run.folder} holds {run.result.run_id}, a later training of the same experiment")


def test_a_run_that_is_not_finished_or_lost_its_parent(reproduce, root):
    small, child = run_of(root, "small"), run_of(root, "small_on")
    (small.folder / "result.json").unlink()
    assert reproduce(small.id, root, error=True).startswith(f"{small.id} is not finished")
    with pytest.raises(UserError, match=f"cannot be reproduced without its parent {small.id}, which is not in"):
        find_chain(child)


@pytest.mark.parametrize(("old", "new", "answer"), [
    ('"learning_rate": 0.02', '"learning_rate": 0.03', "the recipe, the folder's name or the code was"),
    ('"net": ', '"nets": ', "this version cannot read the recipe of small-"),
    ('"pipeline": ', '"pipe": ', "recipe.json lacks pipeline: ")])
def test_a_recipe_that_this_code_cannot_reproduce(reproduce, root, old, new, answer):
    run = run_of(root, "small")
    edit(run.recipe_file, old, new)
    run.finish(run.result)
    assert answer in reproduce(str(run.folder), None, error=True)


def test_a_data_set_is_opened_by_any_name(trained, tmp_path):
    recipe = run_of(trained, "small").recipe
    for name in WORDS:
        run = Run(tmp_path / "models" / name / "small-h0")
        run.begin(recipe | {"dataset": name})
        assert open_chain([run], tmp_path).paths.dataset == name


@pytest.mark.parametrize("name", ["recipe.json", "result.json", "history.csv", "predictions-test.csv"])
def test_a_file_that_was_changed_is_refused_before_training(reproduce, root, name):
    run = run_of(root, "small")
    edit(run.folder / name, "0", "1")
    assert reproduce("small_on", root, error=True).startswith(f"{run.folder / name} was changed since training: ")


def test_another_version_of_the_pipeline(reproduce, root, monkeypatch):
    for module in (identity, prepare):
        monkeypatch.setattr(module, "PIPELINE", 1000)
    printed = reproduce("small", root, error=True)
    assert f"version 1000 of the training pipeline, and the run {PIPELINE};" in printed


def test_interrupted_it_leaves_nothing(reproduce, root, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "train_and_evaluate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        reproduce("small", root)


def test_the_recipe_holds_everything_that_a_run_depends_on(trained):
    recipe = run_of(trained, "small_on").recipe
    assert recipe["parent"] == run_of(trained, "small").id
    assert recipe["split"] == {"by": "group", "fractions": [0.7, 0.2, 0.1], "random_state": 5}
    assert recipe["seed"] == 0 and recipe["experiment"]["augment"] == "flip" and recipe["pipeline"] == PIPELINE
    assert recipe["settings"]["cores"] >= 1 and recipe["settings"]["backend"] == "tensorflow"
    assert json.dumps(recipe)


def test_the_command_in_a_process_of_its_own(trained):
    """Which has other hash seeds and has trained nothing before."""
    done = subprocess.run([sys.executable, "-m", "auxiliary", "reproduce", "small", "--root", str(trained)],
                          capture_output=True, text=True, cwd=REPOSITORY, env=os.environ | {"COLUMNS": "80"})
    assert (done.returncode, done.stderr.splitlines()) == (0, ["checking the images", "small"])
    assert "figures agree to the last digit" in done.stdout


@pytest.mark.parametrize(("number", "taken", "said"), [
    (2, 2, ""), (1, 1, "trains with 1 thread, as the run was, on 2 cores of this machine"),
    (1025, None, "trains with a thread for each of 2 cores; those of the run, 1025, cannot be had"),
    (None, None, "trains with a thread for each of 2 cores; those of the run, none on record, cannot be had")])
def test_it_takes_the_number_of_threads_that_the_run_had(trained, monkeypatch, capsys, number, taken, said):
    monkeypatch.setattr(session, "usable_cores", lambda: 2)
    monkeypatch.setattr(session, "read_recipe", lambda _: {"settings": {"cores": number} if number else {}})
    assert session._threads(session.PlainConsole(soft_wrap=True), run_of(trained, "small")) == taken
    assert capsys.readouterr().out.strip() == said

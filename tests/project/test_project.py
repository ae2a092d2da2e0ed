from pathlib import Path

import pandas as pd
import pytest

from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY, Paths
from auxiliary.data.catalogue import catalogue
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from auxiliary.reporting.style import new_figure

EXPERIMENTS = """
image_size: 32
scratch:
  - {model_id: conv4_a, learning_rate: 0.1, epochs: 1, net: gap}
  - {model_id: conv4_b, parent: conv4_a, learning_rate: 0.1, epochs: 1}
  - {model_id: base, learning_rate: 0.1, epochs: 1, net: gap}
transfer:
  - {model_id: lite0, backbone: EfficientNetLite0, head: gap, learning_rate: 0.1, epochs: 1}
"""


@pytest.fixture
def profile(tmp_path):
    """Writes a profile with the four experiments: `profile("dataset: demo")`."""
    def write(text: str) -> str:
        path = tmp_path / "profile.yaml"
        path.write_text(text + EXPERIMENTS, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize(("patterns", "keys"), [
    ("*", ["conv4_a", "conv4_b", "base", "lite0"]), ("conv4*", ["conv4_a", "conv4_b"]), ("base", ["base"]),
    ("lite0, conv4_b", ["conv4_b", "lite0"]), ("conv4_[ac]", ["conv4_a"])])
def test_experiments_are_selected_by_patterns(profile, tmp_path, patterns, keys):
    project = open_project(profile("dataset: demo"), experiments=patterns, root=tmp_path)
    assert [experiment.key for experiment in project.profile.experiments] == keys


def test_a_parent_that_was_not_selected_is_known(profile, tmp_path):
    project = open_project(profile("dataset: demo"), experiments="conv4_b", root=tmp_path)
    assert project.experiments["conv4_b"].parent in project.experiments


@pytest.mark.parametrize("patterns", ["con4_a", "lite0, conv5*", "CONV4*", ""])
def test_a_pattern_that_fits_no_experiment_is_refused(profile, tmp_path, patterns):
    with pytest.raises(UserError, match=r"unknown experiment .*valid: base, conv4_a, conv4_b, lite0"):
        open_project(profile("dataset: demo"), experiments=patterns, root=tmp_path)


def test_the_selected_experiments_do_not_change_the_size_of_prepared_images(profile, tmp_path):
    path = profile("dataset: demo")
    Path(path).write_text(Path(path).read_text(encoding="utf-8").replace("head: gap", "head: gap, image_size: 96"))
    sizes = {open_project(path, experiments=key, root=tmp_path).paths.image_size for key in ("*", "base", "lite0")}
    assert sizes == {96}
    assert open_project(path, overrides={"image_size": 64}, root=tmp_path).paths.image_size == 64


def test_everything_lies_below_the_root(profile, tmp_path):
    paths = open_project(profile("dataset: demo"), root=tmp_path / "here").paths
    assert (paths.root, paths.dataset, paths.own) == (tmp_path / "here", "demo", None)
    assert open_project("demo").paths.root == REPOSITORY


def test_opening_a_project_writes_nothing(profile, tmp_path):
    open_project(profile("dataset: demo"), root=tmp_path / "here")
    assert not (tmp_path / "here").exists()


def test_a_folder_of_ones_own_is_read_in_place(profile, tmp_path, image_folder):
    folder = image_folder({"cat": 1, "dog": 1})
    paths = open_project(profile(f"dataset: {folder}"), root=tmp_path).paths
    assert paths.own == paths.raw == folder
    assert paths.dataset == folder.name
    assert paths.data == tmp_path / "data" / folder.name


@pytest.mark.parametrize(("root", "images"), [
    (".", "."), ("here", "."), ("a/deep/root", "a"), (".", "data"), (".", "data/pets"), (".", "models/pets"),
    (".", "assets/pets"), (".", "assets")])
def test_nothing_is_written_into_the_images_folder(profile, tmp_path, root, images):
    """The second run would take `data` and `models` for classes, and figures for images."""
    folder = tmp_path / images
    (folder / "cat").mkdir(parents=True)
    with pytest.raises(UserError, match=f"lies in {folder}, which is only read"):
        open_project(profile(f"dataset: {folder}"), root=tmp_path / root)


@pytest.mark.parametrize("images", ["data-pets", "data/new/pets", "models-pets"])
def test_images_may_lie_below_the_root_beside_what_is_written(profile, tmp_path, images):
    folder = tmp_path / images
    folder.mkdir(parents=True)
    assert open_project(profile(f"dataset: {folder}"), root=tmp_path).paths.own == folder


def test_a_linked_folder_of_data_is_not_written_either(profile, tmp_path):
    folder = tmp_path / "pets"
    folder.mkdir()
    (tmp_path / "data").symlink_to(folder)
    with pytest.raises(UserError, match="which is only read"):
        open_project(profile(f"dataset: {folder}"), root=tmp_path)


def test_its_name_is_a_folder_name(profile, tmp_path):
    (tmp_path / "my pets, summer").mkdir()
    path = profile(f"dataset: {tmp_path / 'my pets, summer'}")
    assert open_project(path, root=tmp_path).paths.dataset == "my-pets-summer"
    assert open_project(path, overrides={"name": "pets"}, root=tmp_path).paths.dataset == "pets"


@pytest.mark.parametrize(("folder", "name"), [("[new]", "new-"), ("*all", "all"), ("--help", "help"), ("?", "images")])
def test_its_name_is_no_option_of_a_command(profile, tmp_path, folder, name):
    (tmp_path / folder).mkdir()
    project = open_project(profile("dataset: demo"), overrides={"dataset": str(tmp_path / folder)}, root=tmp_path)
    assert project.paths.dataset == name


def test_a_relative_folder_starts_where_one_is_or_beside_the_profile(profile, tmp_path, monkeypatch):
    (tmp_path / "pets").mkdir()
    (tmp_path / "elsewhere").mkdir()
    path = profile("dataset: pets")
    for place in (tmp_path, tmp_path / "elsewhere"):
        monkeypatch.chdir(place)
        assert open_project(path, root=tmp_path).paths.own == tmp_path / "pets"


def test_a_folder_called_like_a_known_data_set_needs_another_name(profile, tmp_path):
    (tmp_path / "flowers").mkdir()
    path = profile(f"dataset: {tmp_path / 'flowers'}")
    with pytest.raises(UserError, match=r"the known data set 'flowers'.*`name`"):
        open_project(path, root=tmp_path)
    assert open_project(path, overrides={"name": "my-flowers"}, root=tmp_path).paths.dataset == "my-flowers"


def test_a_folder_that_is_not_there_is_named_with_the_data_sets_there_are(profile, tmp_path):
    with pytest.raises(UserError, match=r"no folder 'flower'.*animals10, cifar10, demo, flowers"):
        open_project(profile("dataset: flower"), root=tmp_path)


def test_only_a_known_data_set_renames_categories(profile, tmp_path, image_folder):
    italian = open_project(profile("dataset: animals10"), root=tmp_path)
    assert italian.names["cane"] == "dog"
    own = open_project(profile(f"dataset: {image_folder({'cane': 1})}"), root=tmp_path)
    assert own.names is None


def tables(project, folder, order=()):
    """Write tables: of each class one image validates, one tests, and the others train; labels in an order of names."""
    df = catalogue(folder).assign(group=lambda df: range(len(df)))
    df["label"] = df["category"].map({name: label for label, name in enumerate(order or sorted(set(df["category"])))})
    numbered = df.groupby("category").cumcount()
    write_splits((df[numbered >= 2], df[numbered == 0], df[numbered == 1]), project.profile.split, project.paths)


def test_chance_is_the_accuracy_of_the_most_frequent_training_class(profile, tmp_path, image_folder):
    folder = image_folder({"cat": 3, "dog": 6, "eel": 4})
    project = open_project(profile(f"dataset: {folder}"), root=tmp_path)
    tables(project, folder)
    assert project.categories == ["cat", "dog", "eel"]
    assert project.chance == pytest.approx(1 / 3)
    project.__dict__["test"] = pd.DataFrame({"category": ["dog", "cat", "dog", "dog"]})
    assert project.chance == 0.75


@pytest.mark.parametrize("order", [["c2", "c10"], ["c10", "c2"]])
def test_categories_have_the_order_of_the_labels_in_the_tables(profile, tmp_path, image_folder, order):
    folder = image_folder({"c2": 3, "c10": 3})
    project = open_project(profile(f"dataset: {folder}"), root=tmp_path)
    tables(project, folder, order)
    assert project.categories == order


def test_the_fingerprint_is_of_all_images_however_they_are_split(profile, tmp_path, image_folder):
    folder = image_folder({"cat": 4, "dog": 4})
    project, other, fewer = (open_project(profile(f"dataset: {folder}"), root=tmp_path / name) for name in "abc")
    for each in (project, other, fewer):
        tables(each, folder)
    other.__dict__.update(train=project.test, test=project.train)
    fewer.__dict__.update(train=project.train[1:])
    assert project.images_hash == other.images_hash != fewer.images_hash


def test_images_that_were_not_prepared_are_asked_for(profile, tmp_path):
    with pytest.raises(UserError, match=r"processed/32/group\S+ does not hold the images split"):
        _ = open_project(profile("dataset: demo"), root=tmp_path).categories


def test_images_that_were_prepared_smaller_are_refused_with_both_sizes(profile, tmp_path, image_folder):
    path, folder = profile("dataset: demo"), image_folder({"cat": 4, "dog": 4})
    tables(open_project(path, root=tmp_path), folder)
    larger = open_project(path, overrides={"image_size": 48}, root=tmp_path)
    with pytest.raises(UserError, match="are prepared at 32 pixels, and conv4_a asks for 48: run notebook 01 again"):
        _ = larger.categories
    # Larger ones are no reason to refuse; they are only not there under this split.
    other = open_project(path, overrides={"split.random_state": 7}, root=tmp_path)
    with pytest.raises(UserError, match=r"processed/32/group\S+ does not hold the images split"):
        _ = other.categories
    tables(larger, folder)
    assert larger.categories == ["cat", "dog"]


class TestToTrain:
    def test_the_experiments_of_a_stage(self, profile, tmp_path):
        project = open_project(profile("dataset: demo"), experiments="conv4*,lite0", root=tmp_path)
        assert [experiment.key for experiment in project.to_train("scratch")] == ["conv4_a", "conv4_b"]
        assert [experiment.key for experiment in project.to_train("transfer")] == ["lite0"]

    def test_none_is_an_error(self, profile, tmp_path):
        with pytest.raises(UserError, match="no transfer experiments to train"):
            open_project(profile("dataset: demo"), experiments="base", root=tmp_path).to_train("transfer")


def test_a_figure_that_is_shown_is_saved_in_the_assets(profile, tmp_path):
    project = open_project(profile("dataset: demo"), root=tmp_path)
    figure = new_figure(1, 1)
    assert project.show(figure, "empty") is figure
    assert {path.name for path in project.paths.assets.iterdir()} == {"empty.png", "empty.svg"}


@pytest.mark.parametrize(("named", "own"), [
    ("/moved/data/cats/processed/tom/1.jpg", "tom/1.jpg"), ("{root}/data/cats/processed/a b/1.jpg", "a b/1.jpg"),
    ("/data/cats/processed/data/cats/processed/1.jpg", "1.jpg"), ("/etc/hostname", "etc/hostname"), ("1.jpg", "1.jpg"),
    ("/data/cats/processed/../../../../../etc/hostname", "etc/hostname"), ("/data/cats/processed//etc", "etc"),
    ("../../etc/hostname", "etc/hostname"), ("/data/cats/processed/28/images/tom/1.jpg", "64/images/tom/1.jpg")])
def test_a_table_from_elsewhere_names_own_images(tmp_path, named, own):
    project = Project(Profile(dataset="cats"), Paths(tmp_path, "cats", image_size=64), {})
    table = pd.DataFrame({"filepath": [named.format(root=tmp_path)], "category": "tom"})
    assert project.with_own_images(table)["filepath"].to_list() == [f"{tmp_path}/data/cats/processed/{own}"]

"""Opens a project: reads a profile, selects its experiments, and finds its folders."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from auxiliary.config.choose import choose
from auxiliary.config.experiment import Experiment
from auxiliary.config.loader import load_profile
from auxiliary.config.parameters import check_parameters, read_overrides, require_text
from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError, unknown
from auxiliary.core.paths import Paths, find_root, with_home
from auxiliary.core.text import matches
from auxiliary.data.fetch import DATA_SETS
from auxiliary.data.fixes.fixes_file import NO_FIXES, read_fixes
from auxiliary.data.splitting.split_files import newest_splits
from auxiliary.project.checks import check_experiments
from auxiliary.project.project import Project
from auxiliary.runs.data_sets import find_data_set


def open_project(profile: str, experiments: str = "*", overrides: Mapping[str, Any] | str | None = None,
             root: str | Path | None = None) -> Project:
    """Open a profile; the first call of every notebook.

    A relative `dataset`, `source` or `label_fixes` is searched for in the current folder, then beside the profile's
    file.

    Args:
        profile: a profile of `notebooks/params/`, or the path of a YAML file.
        experiments: keys of the experiments to train, as shell patterns separated by commas: `"conv4*,base*"`.
        overrides: values that replace the profile's, see `load_profile`; a mapping, or one written in YAML.
        root: the folder for data, models, assets and results; the repository unless given.

    Raises:
        UserError: for anything that does not exist or does not fit.
    """
    check_parameters({"profile", "experiments", "overrides", "root"})
    require_text(profile=profile, experiments=experiments, root=str(root) if isinstance(root, Path) else root or "")
    loaded = load_profile(profile, read_overrides(overrides))
    check_experiments(loaded)
    beside = choose(profile).file.parent
    _check_patterns(loaded, experiments)
    fixes = read_fixes(_found(loaded.label_fixes, beside)) if loaded.label_fixes else NO_FIXES
    return Project(
        profile=loaded.model_copy(update={
            "scratch": _matching(loaded.scratch, experiments), "transfer": _matching(loaded.transfer, experiments),
            "source": _found(loaded.source, beside) if loaded.source else None, "label_fixes": fixes.path}),
        paths=replace(_paths(loaded, find_root(root), beside), fixes=fixes.fingerprint),
        experiments={experiment.key: experiment for experiment in loaded.experiments},
        fixes=fixes)


def open_dataset(name: str | None = None, root: str | Path | None = None) -> Project:
    """Open the images and results of a data set without a profile, so without experiments.

    Of several image sizes or splits the one whose tables were written last is opened.

    Args:
        name: name of its folder in `models/`; None where there is only one.
        root: the folder for data, models, assets and results; the repository unless given.

    Raises:
        UserError: as in `find_data_set`, or when its images are not split.
    """
    place = find_root(root)
    return open_newest(find_data_set(name, place), place)


def open_newest(dataset: str, root: Path) -> Project:
    """Open the newest tables of a data set, whether it has runs or not; `UserError` where it has none."""
    newest = newest_splits(Paths(root, dataset))
    profile = Profile(dataset=dataset, image_size=newest.image_size, split=newest.split)
    return Project(profile, replace(paths_of(profile, root), fixes=newest.fixes), {})


def _matching(experiments: tuple[Experiment, ...], patterns: str) -> tuple[Experiment, ...]:
    return tuple(experiment for experiment in experiments
                 if any(matches(experiment.key, pattern.strip()) for pattern in patterns.split(",")))


def _check_patterns(profile: Profile, patterns: str) -> None:
    for pattern in patterns.split(","):
        if profile.experiments and not _matching(profile.experiments, pattern):
            raise unknown("experiment", pattern.strip(), [experiment.key for experiment in profile.experiments])


def _found(path: str | Path, beside: Path) -> Path:
    """A file or folder given by a path from the current folder, or from the profile's."""
    given = with_home(path)
    for candidate in (given, beside / given):
        if os.path.exists(candidate):  # noqa: PTH110 (unlike Path.exists, it takes a name that no file can have)
            return candidate.resolve()
    raise UserError(f"there is no {given} in the current folder or beside the profile in {beside}: give its whole path")


def _paths(profile: Profile, root: Path, beside: Path) -> Paths:
    if profile.dataset in DATA_SETS:
        if profile.name:
            raise UserError(f"{profile.dataset!r} cannot have another `name`, which is for images of your own; for "
                            "a second copy, give another root")
        return paths_of(profile, root)
    try:
        own = _found(profile.dataset, beside)
    except UserError:
        raise UserError(f"there is no folder {profile.dataset!r}, and "
                        f"{unknown('data set', profile.dataset, DATA_SETS)}") from None
    labels = None
    if not own.is_dir():
        if own.suffix.lower() != ".csv" or not own.is_file():
            raise UserError(f"{own} is a file, but no CSV file: of an archive, unpack it and name the folder that "
                            "holds one folder of images per class")
        own, labels = own.parent, own
    # Without a hyphen at the beginning, which makes it an option on a command line.
    name = profile.name or re.sub(r"[^\w.-]+", "-", own.name).lstrip("-") or "images"
    if name in DATA_SETS:
        raise UserError(f"{own} has the name of the known data set {name!r}: give it another `name`")
    paths = replace(paths_of(profile, root), dataset=name, own=own, labels=labels)
    _check_apart(paths)
    return paths


def _check_apart(paths: Paths) -> None:
    """Refuse to write into the user's own folder: what is written there would be taken for images and classes."""
    for written in (paths.data, paths.models, paths.assets):
        if written.resolve().is_relative_to(paths.own):
            raise UserError(f"{written}, where files are written, lies in {paths.own}, which is only read: choose "
                            "another --root, move the images, or give them another `name`")


def paths_of(profile: Profile, root: Path) -> Paths:
    """The paths of the data set of a profile with all its experiments, whichever of them will be trained."""
    return Paths(root, profile.dataset, image_size=profile.prepared_size, split=profile.split.name)

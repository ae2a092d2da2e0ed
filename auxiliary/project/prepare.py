"""Prepares the images of a project: all that notebook 01 does besides showing it."""

from auxiliary.core.parallel import Pool
from auxiliary.data.catalogue import catalogue
from auxiliary.data.clean import clean_table
from auxiliary.data.duplicates import add_duplicate_groups
from auxiliary.data.fetch import fetch
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.splitting.class_sizes import check_split, drop_small_classes
from auxiliary.data.splitting.split import split
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.project.label_fixes import fix_labels
from auxiliary.project.project import Project


def prepare(project: Project, pool: Pool | None = None) -> None:
    """Fetch, catalogue, process and split a project's images, and write the same tables as notebook 01.

    What is done already is not done again.

    Args:
        project: the opened profile, none of whose tables was read yet.
        pool: what reads the original images and makes the processed ones; None for one process per core.

    Raises:
        UserError: as in the functions that it calls; whatever is finished stays.
    """
    paths, profile, rule = project.paths, project.profile, project.profile.split
    raw = fetch(paths, profile.source)
    overview = catalogue(raw, project.names, paths.labels, pool)
    check_split(overview, profile)
    overview = preprocess_images(overview, raw, paths.images, size=paths.image_size, pool=pool)
    overview = drop_small_classes(overview, profile)
    project.save_table(overview, "overview")
    clean = add_duplicate_groups(clean_table(overview, raw, paths.images))
    splits = split(clean, rule.fractions, rule.random_state, rule.by)
    _, clean, splits = fix_labels(project, overview, clean, splits)
    project.save_table(clean, "clean")
    write_splits(splits, rule, paths)

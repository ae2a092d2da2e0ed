"""A table that is computed once, and again only when what it is made of has changed."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from auxiliary.core.files import write_atomically
from auxiliary.core.locks import locked
from auxiliary.data.splitting.split_files import copy_tables
from auxiliary.data.tables import digest
from auxiliary.project.project import Project


def cached_table(project: Project, name: str, made_of: Mapping[str, str], task: str,
                 make: Callable[[], pd.DataFrame | None]) -> pd.DataFrame | None:
    """The table of a name, made unless one made of the same is there as it was written.

    Args:
        project: the opened profile.
        name: of the table, such as `suspects`; the record of what it is made of lies beside it.
        made_of: what it depends on.
        task: what is done, in words, for those who wait for another process.
        make: computes it; None where it cannot.

    Returns:
        The table as it is read back; None where `make` gives None, and nothing is written.
    """
    table, record = project.paths.table(name), project.paths.tables / f"{name}.json"
    # Another process may make it of something else, so it is read before that one may write its own.
    with locked(table.with_name(f".{table.name}.lock"), task):
        if not _is_cached(table, record, made_of):
            made = make()
            if made is None:
                return None
            record.unlink(missing_ok=True)
            project.save_table(made, name)
            write_atomically(record, json.dumps({**made_of, "table": digest(table.read_bytes())}) + "\n")
            copy_tables(project.paths)
        return project.table(name)


def _is_cached(table: Path, record: Path, made_of: Mapping[str, str]) -> bool:
    """Whether a table was made of the same, and is as it was written."""
    try:
        return json.loads(record.read_bytes()) == {**made_of, "table": digest(table.read_bytes())}
    except (OSError, ValueError):
        return False

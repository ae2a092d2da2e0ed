"""`result.json`: a run's row of `results.csv`, with the checksums that tell whether a file was changed since training.

They find accidents: an edit, a copy of another run's file, a damaged disk. Whoever edits a file and its checksum too is
not found.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.runs.result import Result

CHANGED = "was changed since training"


class ResultFile(BaseModel):
    """What `result.json` holds.

    Attributes:
        result: the run's row of `results.csv`.
        files: the content hash of each of the run's other files, by the file's name.
        checksum: the content hash of these two.
    """

    result: Result
    files: dict[str, str]
    checksum: str


def write_result_file(path: Path, result: Result, files: Mapping[str, str]) -> None:
    """Write the result of a run, and the content hashes of its other files by their names."""
    content = {"result": json.loads(result.model_dump_json()), "files": dict(files)}
    write_atomically(path, json.dumps(content | {"checksum": _checksum(content)}, indent=2) + "\n")


def read_result_file(path: Path) -> ResultFile:
    """Read what `write_result_file` wrote.

    Raises:
        UserError: the file is missing, damaged, of another version, or was changed since it was written.
    """
    try:
        content = json.loads(path.read_bytes())
        file = ResultFile.model_validate(content)
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except ValidationError as error:
        names = sorted({str(each["loc"][-1]) for each in error.errors() if each["loc"]})
        problem = f"cannot be read by this version ({', '.join(names)})" if names else "is damaged"
    except ValueError:    # not JSON, or not text
        problem = "is damaged"
    else:
        if file.checksum == _checksum(content):
            return file
        problem = CHANGED
    raise unusable(path, problem)


def unusable(path: Path, problem: str, other_way: str = "") -> UserError:
    """An error for a file of a run: what is wrong with it, and the way out, behind another one if there is any."""
    return UserError(f"{path} {problem}: {other_way}remove the folder {path.parent} and train the experiment again "
                     "(python -m auxiliary run PROFILE)")


def _checksum(content: Mapping[str, Any]) -> str:
    return content_hash(json.dumps([content["result"], content["files"]], sort_keys=True).encode())

"""The parameters of executed notebooks; a damaged notebook is named and left out."""

from pathlib import Path
from typing import Any

from pydantic import AliasPath, BaseModel, Field, ValidationError

from auxiliary.core.errors import UserError

GIVEN = ("metadata", "papermill", "parameters")     # where papermill notes them


class Parameters(BaseModel):
    """The parameters that an executed notebook was given."""

    profile: str = Field("", validation_alias=AliasPath(*GIVEN, "profile"))
    experiments: str = Field("*", validation_alias=AliasPath(*GIVEN, "experiments"))
    overrides: dict[str, Any] | None = Field(None, validation_alias=AliasPath(*GIVEN, "overrides"))


def read_parameters(notebook: Path) -> Parameters:
    """The parameters of an executed notebook; the usual ones where it notes none.

    Raises:
        UserError: the file cannot be read, or is no notebook.
    """
    try:
        return Parameters.model_validate_json(notebook.read_bytes())
    except OSError as error:
        raise unreadable(notebook, str(error.strerror)) from error
    except ValidationError as error:
        raise unreadable(notebook, error.errors()[0]["msg"]) from error


def unreadable(notebook: Path, reason: str) -> UserError:
    """An error for an executed notebook that cannot be read: what is wrong, and the command that makes it anew."""
    return UserError(f"{notebook} cannot be read ({reason}): delete it, or make it again "
                     f"(python -m auxiliary run PROFILE --only {notebook.name[:2]})")

"""The kinds of values that a profile may hold."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from auxiliary.core.errors import EMPTY
from auxiliary.core.text import one_line

LONGEST_NAME = 150    # bytes


def _check_line(text: str) -> str:
    if one_line(text) != text:
        raise PydanticCustomError("name", "control characters and line breaks are not allowed here")
    return text


def _check_name(name: str) -> str:
    if name != name.strip() or not name.isprintable():
        raise PydanticCustomError("name", "a name may not begin or end with a space, or hold an invisible character")
    if len(name.encode()) > LONGEST_NAME:
        raise PydanticCustomError("name", f"a name may take up to {LONGEST_NAME} bytes, this one has {len(name):,} "
                                          "characters")
    return name


def _check_accuracy(value: float) -> float:
    if not 0 <= value <= 1:
        raise PydanticCustomError("accuracy", "an accuracy lies between 0 and 1, such as 0.7")
    return value


def _check_given(path: object) -> object:
    # An empty path would be the current folder.
    if path == "":
        raise PydanticCustomError("path", EMPTY)
    return path


Line = Annotated[str, AfterValidator(_check_line)]
GivenPath = Annotated[Path, BeforeValidator(_check_given)]
PerhapsName = Annotated[str, AfterValidator(_check_name)]    # may be empty
Name = Annotated[PerhapsName, Field(min_length=1)]
Positive = Annotated[int, Field(ge=1)]
ImageSize = Annotated[int, Field(ge=1, le=4096)]    # pixels
Accuracy = Annotated[float, AfterValidator(_check_accuracy)]
Flag = StrictBool
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Record(BaseModel):
    """An immutable record that refuses unknown names, and `true` or `false` where pydantic would read 1 or 0."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _check_no_boolean(cls, value: Any, info: ValidationInfo) -> Any:
        if cls.model_fields[info.field_name].annotation is bool:
            return value
        if any(isinstance(each, bool) for each in (value if isinstance(value, list | tuple) else [value])):
            raise PydanticCustomError("boolean", "true and false are no values here: a number is needed, or a word in "
                                                 "quotes")
        return value

"""Backbones that are named `hub:...`: presets of KerasHub, by name or in a folder. Without TensorFlow and KerasHub."""

import re
from pathlib import Path

from auxiliary.config.transfer import JOINED
from auxiliary.core.errors import UserError
from auxiliary.core.paths import with_home

PREFIX = "hub:"
CONFIG, CONVERTER, WEIGHTS = "config.json", "image_converter.json", "model*.weights.*"


def is_preset(name: str) -> bool:
    """Whether a backbone is a preset of KerasHub."""
    return name.startswith(PREFIX)


def presets_of(backbone: str) -> list[str]:
    """The presets of KerasHub in the name of a backbone, or of several that are joined."""
    return [name for name in backbone.split(JOINED) if is_preset(name)]


def preset_folder(name: str) -> Path | None:
    """The folder of a preset that is named by its path; None where KerasHub has it by name."""
    preset = name.removeprefix(PREFIX)
    return with_home(preset) if "/" in preset or preset.startswith("~") else None


def check_preset(name: str) -> None:
    """Refuse what cannot be a preset; whether KerasHub has one of that name is seen when it is looked up.

    Raises:
        UserError: there is no name, or no absolute path of a folder that holds a preset.
    """
    folder = preset_folder(name)
    if folder is None:
        if not re.fullmatch(r"[\w.-]+", name.removeprefix(PREFIX)):
            raise UserError(f"{name!r} names no preset of KerasHub: write `hub:` and a name, such as "
                            "`hub:dinov2_small`, or the path of a folder")
        return
    if not folder.is_absolute():
        raise UserError(f"{name!r} has the path of a folder, but notebooks run in another folder than the command: "
                        "write the whole path, from / or ~ on")
    if not (folder / CONFIG).is_file():
        raise UserError(f"{folder} holds no preset of KerasHub, as its {CONFIG} is missing: give the folder that "
                        "`save_to_preset(FOLDER)` wrote, or put it back")


def preset_files(folder: Path) -> list[Path]:
    """The files of a preset's folder that decide what the backbone computes, those that are there."""
    return sorted({*folder.glob(CONFIG), *folder.glob(CONVERTER), *folder.glob(WEIGHTS)})


def file_stem(name: str) -> str:
    """A backbone's name as the beginning of a file's name; two folders of one name have the same."""
    if not is_preset(name):
        return name
    folder = preset_folder(name)
    return f"hub-{folder.name if folder else name.removeprefix(PREFIX)}"

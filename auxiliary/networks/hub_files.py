"""The files of a preset of KerasHub, on this machine or downloaded, and errors that name the way out."""

import difflib
import json
import os
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from auxiliary.core.errors import UserError
from auxiliary.networks.hub_families import FAMILIES, Family
from auxiliary.networks.hub_names import CONFIG, CONVERTER, PREFIX, check_preset, preset_folder, presets_of

LISTED = "https://keras.io/keras_hub/presets/"
# Where Kaggle has a model, but its licence was not accepted with the user's account.
GATED = (401, 403)


def keras_hub(name: str) -> ModuleType:
    """The package, which registers its layers with Keras when it is imported.

    Args:
        name: the backbone that needs it, for the message.

    Raises:
        UserError: it is not installed.
    """
    try:
        import keras_hub
    except ModuleNotFoundError as error:
        raise UserError(f"the backbone {name} needs the package {error.name}: install it with .venv/bin/pip install "
                        "-e '.[hub]'") from None
    return keras_hub


def register_layers(backbone: str) -> None:
    """Let Keras read a saved model of a backbone, or of several that are joined; without KerasHub's weights.

    Raises:
        UserError: it is a preset of KerasHub, which is not installed.
    """
    for name in presets_of(backbone):
        keras_hub(name)


class Preset(NamedTuple):
    """What a preset's files say of its backbone.

    Attributes:
        kind: the class of KerasHub, such as `ViTBackbone`.
        family: how that class is built and read.
        fields: the arguments of the class, as Keras wrote them.
    """

    kind: str
    family: Family
    fields: dict[str, Any]

    @property
    def image_fields(self) -> dict[str, Any]:
        """The arguments of the half for images; all where there are no halves."""
        return self.fields[self.family.half]["config"] if self.family.half else self.fields

    @property
    def side(self) -> int | None:
        """Side in pixels of the images that the backbone was made for; None where it takes any."""
        return (self.image_fields.get("image_shape") or [None])[0]


def read_preset(name: str) -> Preset:
    """What is written of a preset's backbone.

    Raises:
        UserError: there is no such preset, it is no image backbone, or its file cannot be had.
    """
    hub = keras_hub(name)
    check_preset(name)
    if preset_folder(name) is None:
        _check_known(name, hub)
    config = _read(name, CONFIG)
    kind = str(config.get("registered_name", "nothing that Keras wrote")).rpartition(">")[2]
    if kind not in FAMILIES:
        raise UserError(f"{name} is no image backbone of KerasHub but {kind}: image backbones are "
                        f"{', '.join(FAMILIES)}")
    return Preset(kind, FAMILIES[kind], config["config"])


def read_converter(name: str) -> dict[str, Any]:
    """The configuration of a preset's preprocessing, as Keras wrote it; errors as in `read_preset`."""
    return _read(name, CONVERTER)


def handle_of(name: str) -> str:
    """Where KerasHub has a preset, with the version of its weights; empty for a folder."""
    return "" if preset_folder(name) else _presets(keras_hub(name))[name.removeprefix(PREFIX)]["kaggle_handle"]


def _presets(hub: ModuleType) -> Mapping[str, Mapping[str, Any]]:
    """All presets of image backbones, by name."""
    return {preset: known for family in FAMILIES for preset, known in getattr(hub.models, family).presets.items()}


def _check_known(name: str, hub: ModuleType) -> None:
    preset, images = name.removeprefix(PREFIX), _presets(hub)
    if preset in hub.models.Backbone.presets and preset not in images:
        raise UserError(f"the preset {preset!r} of KerasHub is no image backbone: name another of {LISTED}, such as "
                        "`hub:dinov2_small`")
    if preset not in images:
        similar = difflib.get_close_matches(preset, images, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(map(repr, similar))}? " if similar else ""
        raise UserError(f"KerasHub {hub.__version__} has no preset {preset!r} of an image backbone: {hint}"
                        f"(all: {LISTED})")
    # In KerasHub 0.32 three presets of EfficientNet load the weights of another network.
    if (other := handle_of(name).split("/")[-2]) != preset:
        raise UserError(f"the preset {preset!r} of KerasHub {hub.__version__} loads {other!r}: write "
                        f"`hub:{other}`, or name another")


def _read(name: str, file: str) -> dict[str, Any]:
    folder = preset_folder(name)
    try:
        path = folder / file if folder else _downloaded(name, file)
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{folder or name} has no {file}: save the preset again, both its `Backbone` and its "
                        "`ImageConverter`, with `save_to_preset(FOLDER)`") from None
    except (OSError, ValueError) as error:
        raise UserError(f"the {file} of {name} cannot be read ({error}): save the preset again") from error


def _downloaded(name: str, file: str) -> Path:
    """A file in kagglehub's cache, which is downloaded where it is not there yet."""
    with reaching(name):
        import kagglehub

        return Path(kagglehub.model_download(handle_of(name).removeprefix("kaggle://"), file))


@contextmanager
def reaching(name: str) -> Iterator[None]:
    """Turn whatever goes wrong while a preset's files are fetched into one sentence with a way out.

    Raises:
        UserError: chained from the original error.
    """
    try:
        yield
    except UserError:
        raise
    # kagglehub and KerasHub raise nearly any error.
    except Exception as error:
        preset, cause = name.removeprefix(PREFIX), textwrap.shorten(f"{type(error).__name__}: {error}", 120)
        if folder := preset_folder(name):
            raise UserError(f"the weights in {folder} cannot be read ({cause}): save the preset again with "
                            "`save_to_preset(FOLDER)`") from error
        if getattr(getattr(error, "response", None), "status_code", None) in GATED:
            raise UserError(f"Kaggle gives the preset {preset!r} only to those who accept its licence: accept it at "
                            f"{_page(name)}, and put your key where kagglehub finds it (https://www.kaggle.com/settings"
                            ")") from error
        cache = os.environ.get("KAGGLEHUB_CACHE") or "~/.cache/kagglehub"
        raise UserError(f"the preset {preset!r} of KerasHub is not on this machine and could not be downloaded "
                        f"({cause}): on one with internet, save it with `keras_hub.models.Backbone.from_preset"
                        f"({preset!r}).save_to_preset(FOLDER)` and `keras_hub.layers.ImageConverter.from_preset"
                        f"({preset!r}).save_to_preset(FOLDER)`, bring the folder here and write `hub:/path/to/FOLDER`; "
                        f"or bring what is in {cache} there to {cache} here") from error


def _page(name: str) -> str:
    """The page of a preset's model, where its licence is accepted."""
    owner, model = handle_of(name).removeprefix("kaggle://").split("/")[:2]
    return f"https://www.kaggle.com/models/{owner}/{model}"

"""The network of a finished run, read from its folder; a damaged or foreign file is refused."""

import keras

from auxiliary.core.errors import UserError
from auxiliary.networks.hub_files import register_layers
from auxiliary.runs.result_file import unusable
from auxiliary.runs.run import Run


def load_network(run: Run) -> keras.Model:
    """The trained network of a finished run, from (N, S, S, 3) images in 0..255 to (N, classes) probabilities.

    Raises:
        UserError: its file is missing, was changed, or is of another version of Keras.
    """
    file, result = run.model, run.result
    register_layers(result.backbone)
    try:
        return keras.saving.load_model(file, compile=False)
    except Exception as error:    # for a file of another version Keras and h5py raise nearly any exception
        other = f"install Keras {result.keras}, which wrote it, or " if result.keras != keras.__version__ else ""
        raise unusable(file, f"cannot be read by Keras {keras.__version__} ({_reason(error)})", other) from error


def members_of(run: Run) -> list[Run]:
    """The members of an ensemble, all of them there; of any other run none.

    Raises:
        UserError: a member is gone.
    """
    members = run.members
    for member in members:
        if not member.finished:
            raise UserError(f"{run.id} is an ensemble, and its member {member.id} is not in {run.folder.parent}: put "
                            "its folder back, or train it again (python -m auxiliary run PROFILE)")
    return members


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__

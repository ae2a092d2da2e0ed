"""Refuses experiments that cannot work, before anything is fetched, loaded or trained."""

from auxiliary.config.profile import Profile, ScratchExperiment, TransferExperiment
from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_spec
from auxiliary.data.augment import AUGMENTATIONS
from auxiliary.networks.backbones import check_size, find_backbone
from auxiliary.networks.batch_norm import norm_of_vectors
from auxiliary.networks.costs import costs_per_layer


def check_experiments(profile: Profile) -> None:
    """Check the specs and the backbone of every experiment.

    Raises:
        UserError: for the first experiment with an unknown operation, augmentation or backbone, or a network that
            does not fit its image size; the message names the experiment.
    """
    for experiment in profile.experiments:
        try:
            parse_spec(experiment.augment, AUGMENTATIONS, "augment")
            _check_network(experiment)
            _check_batch(experiment)
            if experiment.tta and not experiment.augment:
                raise UserError("`tta` averages over augmented images: give `augment` too")
        except UserError as error:
            raise UserError(f"experiment {experiment.key!r}: {error}") from None


def _check_network(experiment: ScratchExperiment | TransferExperiment) -> None:
    # Any number of classes will do: whether the final layer fits does not depend on it.
    if isinstance(experiment, ScratchExperiment):
        costs_per_layer(experiment.net, (experiment.image_size, experiment.image_size, 3), classes=2)
        return
    backbone = find_backbone(experiment.backbone)
    check_size(experiment.backbone, experiment.image_size)
    if experiment.head.split("|")[0].strip() != "gap":
        raise UserError(f"head {experiment.head!r} must start with `gap`: heads are trained on pooled features")
    costs_per_layer(experiment.head, (7, 7, backbone.channels), classes=2)


def _check_batch(experiment: ScratchExperiment | TransferExperiment) -> None:
    if experiment.batch_size == 1 and experiment.epochs and (name := norm_of_vectors(experiment)):
        raise UserError(f"with `batch_size: 1`, {name} would give the same numbers for every image, because the "
                        "variance of one number is 0: give a batch_size of 2 or more, or leave that `batchnorm` out")

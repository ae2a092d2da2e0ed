"""Refuses experiments that cannot work, and images that are too small for them, before anything is trained."""

from collections.abc import Iterable

from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.config.profile import Profile
from auxiliary.config.transfer import LOGISTIC, TransferExperiment
from auxiliary.core.errors import PREPARE_AGAIN, UserError
from auxiliary.core.paths import Paths
from auxiliary.data.augmentation.registry import refuse_mixing
from auxiliary.data.splitting.split_record import RECORD
from auxiliary.data.views import views_of
from auxiliary.networks.backbones import check_backbone, find_backbone
from auxiliary.networks.batch_norm import norm_of_vectors
from auxiliary.networks.costs import costs_per_layer, network_cost
from auxiliary.networks.hub_names import presets_of
from auxiliary.project.specs import parsed_specs


def check_experiments(profile: Profile) -> None:
    """Check the specs and the backbone of every experiment.

    Raises:
        UserError: for the first experiment with an unknown operation, augmentation or backbone, or a network that
            does not fit its image size; the message names the experiment.
    """
    for experiment in profile.experiments:
        if isinstance(experiment, Ensemble):
            continue
        try:
            _check_logistic(experiment)
            _check_augment(experiment)
            _check_network(experiment)
            _check_batch(experiment)
            _check_warmup(experiment)
        except UserError as error:
            raise UserError(f"experiment {experiment.key!r}: {error}") from None


def _check_logistic(experiment: ScratchExperiment | TransferExperiment) -> None:
    if not isinstance(experiment, TransferExperiment):
        return
    if LOGISTIC in (text.strip() for text in experiment.head.split("|")) and experiment.head != LOGISTIC:
        raise UserError(f"`{LOGISTIC}` is a whole head: write `head: {LOGISTIC}`")
    if experiment.is_logistic and experiment.tune_last:
        raise UserError(f"`head: {LOGISTIC}` is fitted on the features of a frozen backbone, so `tune_last` is 0: tune "
                        "it in another experiment, with this one as its `parent`")


def _check_augment(experiment: ScratchExperiment | TransferExperiment) -> None:
    steps, views = parsed_specs(experiment)["augment"], views_of(experiment.tta)
    if any(view.augmented is not None for view in views):
        if not steps:
            raise UserError("`tta` averages over augmented images: give `augment` too")
        refuse_mixing(steps, "`tta` asks which one class an image has: leave `augmented` out of it")
    if any(abs(view.shift) >= experiment.image_size for view in views):
        raise UserError(f"`tta` moves images of {experiment.image_size} pixels by as many or more")
    if experiment.class_weight != "none":
        refuse_mixing(steps, "`class_weight` asks which one class an image has: leave it out")
        if experiment.sampling != "none":
            raise UserError(f"`class_weight: balanced` does nothing after `sampling: {experiment.sampling}`, which "
                            "gives all classes the same number of images: write `sampling: none` too")
    if isinstance(experiment, TransferExperiment) and not experiment.tune_last:
        refuse_mixing(steps, "a frozen backbone's features are those of one image each: leave them out, or tune it")


def _check_network(experiment: ScratchExperiment | TransferExperiment) -> None:
    # Any number of classes will do: whether the final layer fits does not depend on it.
    if isinstance(experiment, ScratchExperiment):
        _check_sizes(experiment)
        return
    check_backbone(experiment.backbone, experiment.image_size)
    if len(experiment.backbones) > 1 and experiment.tune_last:
        raise UserError("several backbones stay frozen, as `tune_last` counts the layers of one: leave it out, or name "
                        "one backbone")
    if experiment.layers.split("|")[0].strip() != "gap":
        raise UserError(f"head {experiment.head!r} must start with `gap`: heads are trained on pooled features")
    # How many channels a preset has is seen when it is built, and any number will do.
    channels = 1 if presets_of(experiment.backbone) else find_backbone(experiment.backbone).channels
    costs_per_layer(experiment.layers, (7, 7, channels), classes=2)


def _check_sizes(experiment: ScratchExperiment) -> None:
    """Refuse a network that does not fit an image size, or sizes that it cannot be trained at."""
    parameters = {size: network_cost(experiment.net, (size, size, 3), classes=2).parameters
                  for size in (experiment.image_size, *experiment.sizes)}
    if experiment.sizes and max(experiment.sizes) > experiment.image_size:
        raise UserError(f"`sizes` go up to {max(experiment.sizes)} pixels, and `image_size` is "
                        f"{experiment.image_size}: images are trained at sizes up to the one they are evaluated at")
    if len(set(parameters.values())) > 1:
        raise UserError("`sizes` need a network that takes images of any size: end it in `gap`, in place of `flatten`")


def _check_batch(experiment: ScratchExperiment | TransferExperiment) -> None:
    if experiment.batch_size == 1 and experiment.epochs and (name := norm_of_vectors(experiment)):
        raise UserError(f"with `batch_size: 1`, {name} would give the same numbers for every image, because the "
                        "variance of one number is 0: give a batch_size of 2 or more, or leave that `batchnorm` out")


def _check_warmup(experiment: ScratchExperiment | TransferExperiment) -> None:
    warmup = max((getattr(schedule, "warmup", 0) for schedule in parsed_specs(experiment)["schedule"]), default=0)
    # A single epoch is a trial.
    if experiment.epochs > 1 and warmup >= experiment.epochs:
        raise UserError(f"the warm-up of `{experiment.schedule}` is as long as the training ({experiment.epochs} "
                        "epochs), so the learning rate would never be reached: shorten it")


def check_prepared(paths: Paths, experiments: Iterable[Experiment]) -> None:
    """Refuse images that were prepared at no other sizes than smaller ones: enlarged, they would lower every figure.

    Raises:
        UserError: with both sizes, and the experiment that asks for the larger one.
    """
    if (paths.tables / RECORD).is_file():
        return
    records = paths.processed.parent.glob(f"*/*/{RECORD}")
    sizes = [int(size) for record in records if (size := record.parts[-3]).isdecimal()]
    asking = [experiment.key for experiment in experiments if experiment.image_size == paths.image_size]
    if sizes and asking and max(sizes) < paths.image_size:
        raise UserError(f"the images of {paths.dataset} are prepared at {max(sizes)} pixels, and {asking[0]} asks for "
                        f"{paths.image_size}: {PREPARE_AGAIN}")

"""Which tuned experiments run their frozen layers once: the outputs of these are cached, and the rest is trained."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from auxiliary.core.progress import notify
from auxiliary.core.resources import free_disk
from auxiliary.core.text import format_bytes
from auxiliary.data.augmentation.registry import mixes
from auxiliary.networks.build import Transfer
from auxiliary.networks.cut import CutNetwork, cut_network
from auxiliary.project.specs import parsed_specs
from auxiliary.training.feature_files import feature_file, parts_of, together_with
from auxiliary.training.features import FeatureExtractor, training_views
from auxiliary.training.job import Job

# Of the space that is free on the disk, for all outputs that a run is still to compute.
SHARE = 1 / 3


class Tuning(NamedTuple):
    """The two parts of a tuned network.

    Attributes:
        extractor: its frozen layers up to a cut; with the weights that they have when it is first used.
        trained: its layers from the cut on, from cached outputs to probabilities.
    """

    extractor: FeatureExtractor
    trained: keras.Model


def frozen_part_once(job: Job, transfer: Transfer) -> Tuning | None:
    """The parts of a tuned network; None where the whole network is to run in every epoch.

    That is so where nothing is trained, no layer is frozen, images are mixed, or the outputs take too much
    space. For the last two it is printed.

    Args:
        job: what is trained.
        transfer: its network, with its initial weights.
    """
    cut = cut_network(transfer) if job.experiment.epochs else None
    if cut is None:
        return None
    extractor = FeatureExtractor(cut.front, cut.layer, np.dtype(tf.as_dtype(cut.front.output.dtype).as_numpy_dtype))
    if obstacle := _obstacle(job, cut, extractor):
        notify(f"{job.label}: all layers of {job.experiment.backbone} run in every epoch, because {obstacle}")
        return None
    return Tuning(extractor, cut.rest)


def _obstacle(job: Job, cut: CutNetwork, extractor: FeatureExtractor) -> str:
    """Why outputs at the cut are not cached; empty where they are."""
    if mixes(parsed_specs(job.experiment)["augment"]):
        return "`augment` mixes images, which outputs of single images cannot stand for"
    if np.prod(cut.front.output_shape[1:]) >= np.prod(cut.front.input_shape[1:]):
        return f"the output of {cut.layer}, the last frozen layer that can be cached, is no smaller than an image"
    needed, (free, disk) = _missing_bytes(job, extractor), free_disk(job.project.paths.activations)
    if needed > SHARE * free:
        return (f"the cached outputs of {cut.layer} would take {format_bytes(needed)}, more than a third of the "
                f"{format_bytes(free)} that are free on the disk of {disk}")
    return ""


def _missing_bytes(job: Job, extractor: FeatureExtractor) -> int:
    """Bytes of the outputs that a run will compute: those of the training images in each view, and of the others."""
    experiment, project, missing = job.experiment, job.project, 0
    views = training_views(experiment, experiment.augment, job.seed)
    for table, view in [*((job.train, view) for view in views), (project.val, None), (project.test, None)]:
        for part in parts_of(together_with(table, project), view):
            file = feature_file(project.paths.activations, experiment, extractor.fingerprint, *part, extractor.layer)
            missing += 0 if file.is_file() else len(part.df) * extractor.bytes_per_image
    return missing

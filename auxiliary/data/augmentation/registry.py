"""The augmentations that a spec may name."""

from collections.abc import Sequence

from auxiliary.core.errors import UserError
from auxiliary.data.augmentation.colours import Brightness, Colour, Saturation
from auxiliary.data.augmentation.erase import Erase
from auxiliary.data.augmentation.kinds import Augmentation, Mix
from auxiliary.data.augmentation.mixing import Cutmix, Mixup
from auxiliary.data.augmentation.moves import Crop, Flip, Rotate, Shear, Shift, Translate, Zoom
from auxiliary.data.augmentation.randaugment import RandAugment

DEFAULT = "flip | shift(0.1) | zoom(0.2) | brightness(0.1) | saturation(0.2)"

AUGMENTATIONS: dict[str, type[Augmentation]] = {
    "flip": Flip, "shift": Shift, "translate": Translate, "zoom": Zoom, "crop": Crop, "rotate": Rotate, "shear": Shear,
    "brightness": Brightness, "saturation": Saturation, "colour": Colour, "erase": Erase, "randaugment": RandAugment,
    "mixup": Mixup, "cutmix": Cutmix,
}


def mixes(steps: Sequence[Augmentation]) -> bool:
    """Whether some of these mix images, so that labels become shares of the classes."""
    return any(isinstance(step, Mix) for step in steps)


def refuse_mixing(steps: Sequence[Augmentation], what: str) -> None:
    """Refuse augmentations that mix images.

    Args:
        steps: the augmentations, as `parse_spec` reads them.
        what: what cannot be mixed, and why, for the message.

    Raises:
        UserError: one of them does.
    """
    names = [name for name, kind in AUGMENTATIONS.items() if issubclass(kind, Mix)]
    if mixes(steps):
        raise UserError(f"augment: {' and '.join(names)} mix images and their labels, but {what}")

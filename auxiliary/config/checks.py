"""Refuses rows that cannot work before anything is fetched, loaded or trained."""

from auxiliary.config.profile import Profile, ScratchRow, TransferRow
from auxiliary.data.augmentations import AUGMENTATIONS
from auxiliary.errors import UserError
from auxiliary.line import parse_line
from auxiliary.networks.arithmetic import layer_costs
from auxiliary.networks.backbones import check_size, find_backbone


def check_rows(profile: Profile) -> None:
    """Check every line and name of every row.

    Raises:
        UserError: for the first row with an unknown operation, augmentation or backbone, or a network that
            does not fit its picture size, naming the row.
    """
    for row in profile.rows:
        try:
            parse_line(row.augment, AUGMENTATIONS, "augment")
            _check_network(row)
            if row.tta and not row.augment:
                raise UserError("`tta` averages over augmented pictures, so it needs an `augment` line")
        except UserError as error:
            raise UserError(f"row {row.key!r}: {error}") from None


def _check_network(row: ScratchRow | TransferRow) -> None:
    # Any number of classes will do: the final layer fits whatever comes before it, or nothing.
    if isinstance(row, ScratchRow):
        layer_costs(row.net, (row.image_size, row.image_size, 3), classes=2)
        return
    backbone = find_backbone(row.backbone)
    check_size(row.backbone, row.image_size)
    if row.head.split("|")[0].strip() != "gap":
        raise UserError(f"head {row.head!r} must start with `gap`: heads are trained on pooled features")
    layer_costs(row.head, (7, 7, backbone.channels), classes=2)

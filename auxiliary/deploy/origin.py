"""Where predictions come from, so that those of two networks are never mixed in one table or folder."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

from auxiliary.core.errors import UserError
from auxiliary.core.text import first_few

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import Predictor

KEY = "predictions of"
NAMED_CLASSES = 12


class Origin(NamedTuple):
    """The network that predictions come from.

    Attributes:
        run_id: of its run, as in `results.csv`: one that is trained anew has another.
        temperature: that its probabilities are calibrated with.
        classes: names of its classes, in the order of the labels.
        scored: whether it tells how unlike the training images an image is.
    """

    run_id: str
    temperature: float
    classes: tuple[str, ...]
    scored: bool

    @classmethod
    def of(cls, predictor: "Predictor") -> Self:
        """The origin of what a network predicts."""
        return cls(predictor.result.run_id, predictor.temperature, tuple(predictor.categories),
                   predictor.scale is not None)

    def check(self, found: Self, path: Path, way_out: str) -> None:
        """Refuse a file or folder that holds predictions of another origin.

        Args:
            found: the origin of what is there.
            path: where it is.
            way_out: what the user can do, for the message.

        Raises:
            UserError: it is another one; the message says in what.
        """
        if found != self:
            raise UserError(f"{path} holds predictions of {found._beside(self)}, and these are of "
                            f"{self._beside(found)}: {way_out}")

    def begin(self, file: BinaryIO, path: Path, way_out: str) -> None:
        """Write the origin as the first line of a file, or compare it with the one that is there.

        Args:
            file: the file, open to read and append; afterwards at its second line.
            path: what holds the predictions, for the message.
            way_out: as in `check`.

        Raises:
            UserError: the file has another first line.
        """
        ours = json.dumps({KEY: self}).encode() + b"\n"
        file.seek(0)
        first = file.readline()
        # New, or a kill cut it off.
        if first != ours and ours.startswith(first):
            file.truncate(0)
            file.write(ours)
            file.flush()
            return
        try:
            run_id, temperature, classes, scored = json.loads(first)[KEY]
        except (ValueError, TypeError, KeyError):
            raise UserError(f"{path} was not written by predict: {way_out}") from None
        self.check(Origin(run_id, temperature, tuple(classes), scored), path, way_out)

    def _beside(self, other: Self) -> str:
        """Its run, and where that is the same, what else differs from another origin."""
        if self.run_id != other.run_id:
            return self.run_id
        if self.temperature != other.temperature:
            return f"{self.run_id} at the temperature {self.temperature!r}"
        if self.classes != other.classes:
            return f"{self.run_id} with the classes {first_few(self.classes, NAMED_CLASSES)}"
        return f"{self.run_id} {'with' if self.scored else 'without'} scores"

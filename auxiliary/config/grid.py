"""`grid` in an experiment of a profile: one experiment for each combination of the values of some settings."""

from collections.abc import Mapping
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from auxiliary.config.grid_keys import FIXED, VARIED, key_part
from auxiliary.config.yaml_errors import Location, line_of
from auxiliary.core.errors import UserError, unknown
from auxiliary.core.text import first_few, short

# Every combination is trained, and is a row of each table and figure.
MOST = 100
NAMED = 4    # keys in a message
EXAMPLE = "{learning_rate: [1e-3, 3e-4], batch_size: [32, 64]}"
Raw = dict[str, Any]    # a profile, or an experiment, as the file has it


class Value(NamedTuple):
    """A value of a setting: where its list has it, by number or by name, and what a key says of it."""

    item: int | str
    value: Any
    part: str


class Grids:
    """The grids of a profile, and where in its file their experiments stand.

    Args:
        raw: the profile; in place of each experiment with a `grid` it gets one for each combination.
        document: the file as ruamel.yaml read it, with line numbers.
        path: the file.

    Raises:
        UserError: a grid is none, or cannot be one, with the file and the line.
    """

    def __init__(self, raw: Raw, document: Any, path: Path) -> None:
        self._document, self._path = document, path
        self._origins: dict[str, list[tuple[int, dict[str, Location]]]] = {}
        self._keys: dict[tuple[str, str], list[str]] = {}
        self.varied: dict[str, object] = {}    # a key whose grid varies a setting, by the setting
        for stage in VARIED:
            if isinstance(raw.get(stage), list):
                self._origins[stage] = []
                raw[stage] = [each for place, experiment in enumerate(raw[stage])
                              for each in self._expanded(stage, place, experiment)]
        for stage, origins in self._origins.items():
            for (place, _), experiment in zip(origins, raw[stage], strict=True):
                if isinstance(experiment, dict):
                    self._check_named((stage, place), experiment, raw[stage])

    def locate(self, location: Location) -> Location:
        """The place in the file of a place in the profile."""
        if location[0] not in self._origins or len(location) < 2:
            return location
        place, varied = self._origins[location[0]][location[1]]
        return (location[0], place, *varied.get(str(location[2]) if len(location) > 2 else "", location[2:3]),
                *location[3:])

    def _expanded(self, stage: str, place: int, experiment: Any) -> list[Any]:
        """One experiment for each combination; an experiment without `grid` as it is."""
        origins = self._origins[stage]
        if not isinstance(experiment, dict) or "grid" not in experiment:
            origins.append((place, {}))
            return [experiment]
        grid, base = experiment.pop("grid"), experiment.get("key", experiment.get("model_id"))
        where = (stage, place, "grid")
        if kind := next((kind for kind in ("refit", "ensemble") if experiment.get(kind)), ""):
            raise self._error(where, f"an experiment with `{kind}` takes no grid, for its settings are those of the "
                              "experiments that it names: name one of a grid")
        seeds = self._take_seeds(where, experiment, grid)
        values = self._values(where, experiment, grid)
        self.varied |= dict.fromkeys(values, base)
        made = []
        for chosen in product(*values.values()):
            of_setting = dict(zip(values, chosen, strict=True))
            origins.append((place, seeds | {name: ("grid", name, each.item) for name, each in of_setting.items()}))
            made.append(experiment | {name: each.value for name, each in of_setting.items()})
            # Any other key is reported by the validation.
            if isinstance(base, str):
                made[-1]["key"] = base + "".join(each.part for each in chosen)
                self._keys.setdefault((stage, base), []).append(made[-1]["key"])
        return made

    def _take_seeds(self, where: Location, experiment: Raw, grid: Any) -> dict[str, Location]:
        """Move `seeds` from a grid to its experiments; where they stood."""
        if not isinstance(grid, dict) or "seeds" not in grid:
            return {}
        if "seeds" in experiment:
            raise self._error((*where, "seeds"), "the experiment has `seeds` already: leave out one of them")
        experiment["seeds"] = grid.pop("seeds")
        return {"seeds": ("grid", "seeds")}

    def _values(self, where: Location, experiment: Raw, grid: Any) -> dict[str, list[Value]]:
        """The values of each setting."""
        if not isinstance(grid, dict) or not grid:
            raise self._error(where, f"lists of values are needed for one setting or several, such as {EXAMPLE}")
        for name in grid:
            if name in FIXED or name == "ensemble":
                raise self._error((*where, name), f"{name!r} is nothing that a grid varies: it varies settings, such "
                                  f"as {EXAMPLE}")
            if name not in VARIED[where[0]]:
                raise self._error((*where, name), unknown("setting", name, VARIED[where[0]]))
            if name in experiment:
                raise self._error((*where, name), f"the experiment has `{name}` already: leave out one of them")
        values = {name: self._list((*where, name), said) for name, said in grid.items()}
        if (number := prod(map(len, values.values()))) > MOST:
            raise self._error(where, f"{' x '.join(f'{len(each):,}' for each in values.values())} = {number:,} "
                              f"combinations are too many: at most {MOST:,}, for each is trained and is a row of "
                              "every table: vary fewer settings, or give fewer values")
        return values

    def _list(self, where: Location, said: Any) -> list[Value]:
        """The values of one setting, each of them once."""
        name = str(where[-1])
        if not isinstance(said, list | dict) or not said:
            empty = "the list is empty" if said in ([], {}) else f"{short(repr(said), 80)} is no list"
            raise self._error(where, f"{empty}: give the values to train with, such as {EXAMPLE}")
        # A named value is called by its name, in the key too.
        values = [Value(item, value, key_part(name, item if isinstance(said, dict) else value))
                  for item, value in (said.items() if isinstance(said, dict) else enumerate(said))]
        for number, each in enumerate(values):
            if isinstance(each.value, str) and each.value.count("(") != each.value.count(")"):
                raise self._error((*where, each.item), f"{short(each.value, 80)!r} is half a spec: put quotes around a "
                                  "spec that holds commas")
            for other in values[:number]:
                if each.value == other.value and type(each.value) is type(other.value):
                    raise self._error((*where, each.item), f"{short(repr(each.value), 80)} stands there twice")
                if each.part == other.part:
                    raise self._error((*where, each.item), f"{other.value!r} and {each.value!r} would both be called "
                                      f"{each.part[1:]!r}: give them names, such as {{first: …, second: …}}")
        return values

    def _check_named(self, where: Location, experiment: Raw, others: list[Any]) -> None:
        """Refuse a parent or a member that is a whole grid."""
        members = experiment.get("ensemble")
        named = [("parent", experiment.get("parent")),
                 *(("ensemble", member) for member in (members if isinstance(members, list) else []))]
        for role, key in named:
            keys = self._keys.get((where[0], key)) if isinstance(key, str) else None
            if keys and not any(_key(other) == key for other in others):
                way = "name one of them" if role == "parent" else "name those that are its members"
                more = ", or several in a grid: `grid: {parent: [...]}`" if role == "parent" else ""
                raise self._error((*where, role), f"{key!r} is a grid of {len(keys):,} experiments: {way}{more} "
                                  f"({first_few(keys, NAMED)})")

    def _error(self, where: Location, message: object) -> UserError:
        return UserError(f"{self._path}:{line_of(self._document, where)}: {'.'.join(map(str, where[:4]))}: {message}")


def _key(experiment: Any) -> object:
    return experiment.get("key", experiment.get("model_id")) if isinstance(experiment, Mapping) else None

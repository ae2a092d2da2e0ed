"""What may make the same recipe give other figures: machine, settings, versions, code."""

from collections.abc import Mapping
from typing import Any

DIRTY = "+changes"
NONE = "none"


def surroundings(recipe: Mapping[str, Any]) -> dict[str, str]:
    """What a recipe says of where and by what it was carried out, by name."""
    named = {"commit": recipe["commit"], "device": recipe["device"], "precision": recipe["precision"]}
    return {name: str(value) for name, value in (named | recipe["settings"] | recipe["versions"]).items()}


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """What differs in the surroundings of two recipes, or may.

    Args:
        then: the recipe of a finished run.
        now: what would be its recipe now.

    Returns:
        A sentence each, by name.
    """
    before, after = surroundings(then), surroundings(now)
    found = {name: f"{name}: {before.get(name) or NONE} then, {after.get(name) or NONE} now"
             for name in before | after if before.get(name) != after.get(name)}
    if before["commit"] == after["commit"] and before["commit"].endswith(DIRTY):
        found["code"] = (f"code: changed beyond commit {before['commit'].removesuffix(DIRTY)} then and now, perhaps "
                         "not alike")
    if broken := [f"{told['epoch']} (commit {told['commit'] or 'unknown'})" for told in then.get("breaks", [])]:
        found["broken off"] = f"broken off: after epoch {', '.join(broken)} then, not now"
    return found

"""Tables of a network's layers: the formulas, and their results beside those of Keras."""

import pandas as pd

from auxiliary.networks.costs import OUTPUT, costs_per_layer
from auxiliary.networks.layer_costs import Cost
from auxiliary.networks.operations.registry import final_layer, named_operations

# The formulas of `auxiliary.networks.layer_costs` in words.
RULES = [
    ("convolution, padding `valid`", "filters × (size² × channels + 1)", "out × out × filters",
     "ceil((side - size + 1) / stride)"),
    ("convolution, padding `same`", "filters × (size² × channels + 1)", "out × out × filters", "ceil(side / stride)"),
    ("convolution without bias", "filters × size² × channels", "out × out × filters", "as with bias"),
    ("dense", "units × (inputs + 1)", "units", ""),
    ("batch norm", "4 × channels", "side × side × channels", ""),
    ("batch norm without scale", "3 × channels", "side × side × channels", ""),
    ("pooling", "0", "out × out × channels", "floor(side / size)"),
    ("global pooling", "0", "channels", ""),
    ("flatten", "0", "side × side × channels", ""),
]


def rule_table() -> pd.DataFrame:
    """Parameters and output of each kind of layer (index `layer`) for an input of side × side × channels.

    Columns `parameters`, `output`, and `out`, the side of the output if it changes. Activations, dropout and sums have
    no parameters and keep the shape.
    """
    return pd.DataFrame(RULES, columns=["layer", "parameters", "output", "out"]).set_index("layer")


def cheat_sheet(net: str, image_size: int, classes: int, layers: pd.DataFrame) -> pd.DataFrame:
    """Output and parameters of each layer by formula, and as Keras built it.

    Args:
        net: the spec of the network.
        image_size: side of its images in pixels.
        classes: number of classes.
        layers: the layers of one of its runs, from `Run.layers`. A layer that only one side has, because older runs
            named their layers differently, is left empty on the other.

    Returns:
        Index `layer`, the last one `total`; columns `operation`, `output` and `parameters` by formula,
        `Keras output` and `Keras parameters`, and `equal`, whether they agree.
    """
    formulas = _by_formula(net, image_size, classes)
    keras = layers.set_index("layer")[["output", "parameters"]].add_prefix("Keras ")
    names = formulas.index.append(keras.index.difference(formulas.index, sort=False))
    table = pd.concat([formulas.reindex(names), keras.reindex(names)], axis=1).rename_axis("layer")
    numbers, texts = ["parameters", "Keras parameters"], ["operation", "output", "Keras output"]
    table = table.astype(dict.fromkeys(numbers, "Int64"))
    table.loc["total", numbers] = table[numbers].sum()
    table[texts] = table[texts].fillna("")
    same = (table["output"] == table["Keras output"]) & (table["parameters"] == table["Keras parameters"])
    return table.assign(equal=same.fillna(False).astype(bool))


def _by_formula(net: str, image_size: int, classes: int) -> pd.DataFrame:
    shape = (image_size, image_size, 3)
    costs = {"scale": Cost(shape)} | costs_per_layer(net, shape, classes)
    steps = (name for name, _ in named_operations(net))
    # `classes`, which may come last, is no step.
    operations = dict(zip(steps, (text.strip() for text in net.split("|")), strict=False))
    final = f"dense({classes})" if final_layer(net).bias else f"dense({classes}), no bias"
    operations |= {"scale": "pixels / 255", OUTPUT: final}
    return pd.DataFrame({
        # The layers of one operation, such as `res3_conv1` and `res3_norm1`, begin with its name.
        "operation": [operations[name.partition("_")[0]] for name in costs],
        "output": [" x ".join(map(str, cost.shape)) for cost in costs.values()],
        "parameters": [cost.parameters for cost in costs.values()]}, index=list(costs))

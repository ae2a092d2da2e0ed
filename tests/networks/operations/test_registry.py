import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_spec
from auxiliary.networks.layer_costs import Cost
from auxiliary.networks.operations.registry import OPERATIONS, final_layer, named_operations
from auxiliary.networks.operations.special import Classes
from auxiliary.networks.summary import count_parameters, multiply_adds

IMAGE, VECTOR = (11, 9, 3), (20,)


def keras_cost(model):
    """The cost of a Keras model."""
    return Cost(model.output.shape[1:], model.count_params(), multiply_adds(model),
                non_trainable=count_parameters(model.non_trainable_weights))


def per_layer(spec, shape):
    """The cost of each layer by formula, by its name."""
    costs = {}
    for name, step in named_operations(spec):
        costs |= {name + key: cost for key, cost in step.costs(shape).items()}
        shape = list(costs.values())[-1].shape
    return costs


def formula(spec, shape):
    """The cost of a spec by formula."""
    costs = list(per_layer(spec, shape).values())
    return Cost(costs[-1].shape, *(sum(cost[place] for cost in costs) for place in range(1, len(Cost._fields))))


@pytest.mark.parametrize(("spec", "shape"), [
    ("conv(4)", IMAGE),
    ("conv(4, 5)", IMAGE),
    ("conv(4, 9)", IMAGE),
    ("conv(4, 3, 2)", IMAGE),
    ("conv(4, padding=same)", IMAGE),
    ("conv(4, 3, 2, same)", IMAGE),
    ("conv(4, 4, 3, same)", IMAGE),
    ("pool", IMAGE),
    ("pool(4)", IMAGE),
    ("gap", IMAGE),
    ("flatten", IMAGE),
    ("res(3)", IMAGE),
    ("res(8)", IMAGE),
    ("res(3, 2)", IMAGE),
    ("res(8, stride=3)", IMAGE),
    ("dropout(0.5)", IMAGE),
    ("batchnorm", IMAGE),
    ("batchnorm", VECTOR),
    ("conv(4, l2=0.01)", IMAGE),
    ("dense(7)", VECTOR),
    ("dense(7, l2=0.01)", VECTOR),
    ("dropout(0)", VECTOR),
    ("flatten", VECTOR),
    ("conv(4, activation=gelu, bias=False)", IMAGE),
    ("conv(4, 2, initial=identity)", IMAGE),
    ("dense(7, activation=mish)", VECTOR),
    ("act(celu)", IMAGE),
    ("act(silu)", VECTOR),
    ("batchnorm(scale=False)", IMAGE),
    ("scale(0.1)", VECTOR),
    ("avgpool", IMAGE),
    ("avgpool(4, same)", IMAGE),
    ("blurpool", IMAGE),
    ("stem(4, 5, 6, silu)", IMAGE),
    ("whiten", IMAGE),
    ("whiten(3)", IMAGE),
    ("se(2)", IMAGE),
    ("se", IMAGE),
    ("res(8, 2, 3, silu, avgpool, True, 4, 0.1)", IMAGE),
    ("res(3, shortcut=avgpool)", IMAGE),
    ("res(8, shortcut=avgpool)", IMAGE),
    ("bottleneck(2)", IMAGE),
    ("bottleneck(2, 2, 2, gelu, avgpool, True, 4, 0.1, 3)", IMAGE),
    ("bottleneck(3, expansion=1)", IMAGE),
])
def test_the_formula_of_every_operation_matches_keras(built, spec, shape):
    model = built(spec, shape)
    assert formula(spec, shape) == keras_cost(model)
    layers = {layer.name: (layer.output.shape[1:], layer.count_params()) for layer in model.layers[1:]}
    assert {name: (cost.shape, cost.parameters) for name, cost in per_layer(spec, shape).items()} == layers


def test_every_operation_is_tested():
    (mark,) = test_the_formula_of_every_operation_matches_keras.pytestmark
    assert {spec.partition("(")[0] for spec, _ in mark.args[1]} == set(OPERATIONS) - {"classes"}


small = st.integers(1, 4)
on_images = st.one_of(
    st.builds("conv({}, {}, {}, {})".format, small, small, small, st.sampled_from(["valid", "same"])),
    st.builds("{}({})".format, st.sampled_from(["pool", "avgpool", "se"]), small), st.just("blurpool"),
    st.builds("res({}, {}, {})".format, small, small, st.integers(1, 2)),
    st.builds("bottleneck({}, {}, shortcut={})".format, small, small, st.sampled_from(["conv", "avgpool"])))
on_vectors = st.one_of(st.builds("dense({})".format, small), st.just("dropout(0.5)"))
specs = st.builds(lambda before, middle, after: " | ".join([*before, middle, *after]),
                  st.lists(on_images, max_size=3), st.sampled_from(["gap", "flatten"]),
                  st.lists(on_vectors, max_size=2))


@settings(max_examples=30)
@given(specs, st.integers(1, 12), st.integers(1, 12))
def test_the_formula_of_any_spec_matches_keras_or_both_refuse_it(built, spec, height, width):
    try:
        cost = formula(spec, (height, width, 3))
    except UserError:
        with pytest.raises(ValueError):
            built(spec, (height, width, 3))
    else:
        assert cost == keras_cost(built(spec, (height, width, 3)))


@pytest.mark.parametrize(("spec", "shape", "message"), [
    ("conv(4, 10)", IMAGE, "a window of 10 pixels does not fit into 9"),
    ("pool(10)", IMAGE, "a window of 10 pixels does not fit into 9"),
    ("dense(4)", IMAGE, "dense takes a vector, not an image: put `flatten` or `gap` before it"),
    *((spec, VECTOR, "needs an image (height, width, channels), but `flatten` or `gap` came before it")
      for spec in ("conv(4)", "pool", "gap", "res(4)", "bottleneck(4)", "stem(4, 4, 4)", "whiten", "se", "blurpool",
                   "avgpool")),
])
def test_an_operation_that_does_not_fit_its_input_is_refused(spec, shape, message):
    with pytest.raises(UserError) as caught:
        formula(spec, shape)
    assert str(caught.value) == message


@pytest.mark.parametrize("spec", ["conv(0)", "conv(3, 0)", "conv(3, padding=full)", "pool(0)", "dense(0)",
                                  "dropout(1)", "dropout(-0.1)", "res(0)", "res(4, 0)", "res(4, repeat=0)",
                                  "res(4, activation=linear)", "res(4, drop=1)", "act", "act(tanh)", "act(linear)",
                                  "conv(4, bias=0)", "conv(4, initial=zeros)", "batchnorm(epsilon=0)", "scale(0)",
                                  "batchnorm(momentum=1)", "stem(8)", "se(0)", "whiten(0)", "bottleneck(4, se=-1)"])
def test_invalid_arguments_are_refused(spec):
    with pytest.raises(UserError, match="net: `"):
        parse_spec(spec, OPERATIONS, "net")


def test_layers_have_the_name_and_the_position_of_their_operation():
    assert list(per_layer("pool | res(3, repeat=2)", IMAGE))[:5] == [
        "pool1", "res2_1_conv1", "res2_1_norm1", "res2_1_relu1", "res2_1_conv2"]


def test_the_final_layer_is_no_operation_and_may_be_left_out():
    assert final_layer("gap") == final_layer("gap | classes") == Classes(bias=True)
    assert final_layer("gap | classes(bias=False)") == Classes(bias=False)
    assert [name for name, _ in named_operations("gap | classes")] == ["gap1"]


def test_nothing_may_follow_the_final_layer():
    with pytest.raises(UserError, match="`classes` is the final layer"):
        named_operations("gap | classes | dense(3)")

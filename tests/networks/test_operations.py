import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_spec
from auxiliary.networks.layer_costs import Cost
from auxiliary.networks.operations.registry import OPERATIONS, named_operations
from auxiliary.networks.summary import count_parameters, multiply_adds

IMAGE, VECTOR = (11, 9, 3), (20,)


def built(spec, shape):
    """The Keras model of a spec."""
    inputs = x = keras.Input(shape)
    for name, step in named_operations(spec):
        x = step.build(keras, x, name)
    return keras.Model(inputs, x)


def keras_cost(spec, shape):
    """The cost of the Keras model of a spec."""
    model = built(spec, shape)
    return Cost(model.output.shape[1:], model.count_params(), multiply_adds(model),
                non_trainable=count_parameters(model.non_trainable_weights))


def formula(spec, shape):
    """The same cost by formula."""
    costs = []
    for step in parse_spec(spec, OPERATIONS, "net"):
        costs += step.costs(shape).values()
        shape = costs[-1].shape
    return Cost(shape, *(sum(cost[place] for cost in costs) for place in range(1, len(Cost._fields))))


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
])
def test_the_formula_of_every_operation_matches_keras(spec, shape):
    assert formula(spec, shape) == keras_cost(spec, shape)


def test_every_operation_is_tested():
    (mark,) = test_the_formula_of_every_operation_matches_keras.pytestmark
    assert {spec.partition("(")[0] for spec, _ in mark.args[1]} == set(OPERATIONS)


small = st.integers(1, 4)
on_images = st.one_of(
    st.builds("conv({}, {}, {}, {})".format, small, small, small, st.sampled_from(["valid", "same"])),
    st.builds("pool({})".format, small), st.builds("res({}, {})".format, small, small))
on_vectors = st.one_of(st.builds("dense({})".format, small), st.just("dropout(0.5)"))
specs = st.builds(lambda before, middle, after: " | ".join([*before, middle, *after]),
                  st.lists(on_images, max_size=3), st.sampled_from(["gap", "flatten"]),
                  st.lists(on_vectors, max_size=2))


@settings(max_examples=30)
@given(specs, st.integers(1, 12), st.integers(1, 12))
def test_the_formula_of_any_spec_matches_keras_or_both_refuse_it(spec, height, width):
    try:
        cost = formula(spec, (height, width, 3))
    except UserError:
        with pytest.raises(ValueError):
            built(spec, (height, width, 3))
    else:
        assert cost == keras_cost(spec, (height, width, 3))


@pytest.mark.parametrize(("spec", "shape", "message"), [
    ("conv(4, 10)", IMAGE, "a window of 10 pixels does not fit into 9"),
    ("pool(10)", IMAGE, "a window of 10 pixels does not fit into 9"),
    ("dense(4)", IMAGE, "dense takes a vector, not an image: put `flatten` or `gap` before it"),
    *((spec, VECTOR, "needs an image (height, width, channels), but `flatten` or `gap` came before it")
      for spec in ("conv(4)", "pool", "gap", "res(4)")),
])
def test_an_operation_that_does_not_fit_its_input_is_refused(spec, shape, message):
    with pytest.raises(UserError) as caught:
        formula(spec, shape)
    assert str(caught.value) == message


@pytest.mark.parametrize("spec", ["conv(0)", "conv(3, 0)", "conv(3, padding=full)", "pool(0)", "dense(0)",
                                  "dropout(1)", "dropout(-0.1)", "res(0)", "res(4, 0)"])
def test_invalid_arguments_are_refused(spec):
    with pytest.raises(UserError, match="net: `"):
        parse_spec(spec, OPERATIONS, "net")


def test_convolution_and_dense_end_in_relu():
    for spec, shape in (("conv(8)", IMAGE), ("dense(8)", VECTOR), ("res(3)", IMAGE)):
        # Many inputs of both signs: some sum of each filter is negative, whatever its weights.
        output = built(spec, shape)(keras.random.normal((32, *shape), seed=0))
        assert float(keras.ops.min(output)) == 0


def test_a_residual_block_adds_its_input():
    model = built("res(3)", IMAGE)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(keras.ops.zeros(layer.kernel.shape))
    images = keras.random.uniform((2, *IMAGE), seed=0)
    assert keras.ops.all(model(images) == images)

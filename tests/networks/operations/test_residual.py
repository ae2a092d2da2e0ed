import keras
import numpy as np
import pytest

from auxiliary.networks.costs import network_cost

IMAGE = (8, 8, 4)


def images(number):
    return np.random.default_rng(0).uniform(0, 1, (number, *IMAGE)).astype("float32")


def layer_names(model):
    return [layer.name for layer in model.layers[1:]]


def with_zero_convolutions(model):
    """The model, whose convolutions give 0."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(keras.ops.zeros(layer.kernel.shape))
    return model


def test_a_residual_block_adds_its_input(built):
    assert np.all(with_zero_convolutions(built("res(4)", IMAGE))(images(2)) == images(2))


def test_the_usual_block_is_that_of_resnet_18(built):
    assert layer_names(built("res(4)", IMAGE)) == [
        "res1_conv1", "res1_norm1", "res1_relu1", "res1_conv2", "res1_norm2", "res1_add", "res1_relu2"]
    projection = built("res(8, 2)", IMAGE).get_layer("res1_project")
    assert (projection.kernel_size, projection.strides) == ((1, 1), (2, 2))
    gammas = [np.asarray(layer.gamma) for layer in built("res(8)", IMAGE).layers if hasattr(layer, "gamma")]
    assert len(gammas) == 3 and all((gamma == 1).all() for gamma in gammas)


@pytest.mark.parametrize(("spec", "last"), [("res(4, zero_gamma=True)", "norm2"),
                                            ("bottleneck(2, expansion=2, zero_gamma=True)", "norm3")])
def test_with_zero_gamma_a_new_block_passes_its_input_on(built, spec, last):
    model = built(spec, IMAGE)
    assert np.all(model(images(2), training=True) == images(2))
    zero = [layer.name for layer in model.layers if hasattr(layer, "gamma") and not np.any(layer.gamma)]
    assert [name.partition("_")[2] for name in zero] == [last]


def test_a_shortcut_with_average_pooling_uses_every_pixel(built):
    model = with_zero_convolutions(built("res(4, 2, shortcut=avgpool, activation=relu)", IMAGE))
    model.get_layer("res1_project").kernel.assign(np.eye(4)[None, None])
    means = images(2).reshape(2, 4, 2, 4, 2, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(model(images(2)), means / np.sqrt(1 + 1e-3), rtol=1e-5)


def test_without_a_stride_a_shortcut_has_nothing_to_average(built):
    assert "res1_project_pool" not in layer_names(built("res(8, shortcut=avgpool)", IMAGE))


def test_of_several_blocks_the_first_has_the_stride(built):
    model = built("res(8, 2, repeat=3, activation=silu)", IMAGE)
    strides = {name: model.get_layer(name).strides[0] for name in layer_names(model) if "_conv" in name}
    assert strides == {"res1_1_conv1": 2, "res1_1_conv2": 1, "res1_2_conv1": 1, "res1_2_conv2": 1, "res1_3_conv1": 1,
                       "res1_3_conv2": 1}
    assert [name for name in layer_names(model) if "project" in name] == ["res1_1_project", "res1_1_project_norm"]
    assert model.layers[-1].activation is keras.activations.silu


def test_a_bottleneck_has_its_stride_in_the_middle(built):
    model = built("bottleneck(3, 2)", IMAGE)
    convolutions = [model.get_layer(f"bottleneck1_conv{number}") for number in (1, 2, 3)]
    assert [(each.filters, each.kernel_size[0], each.strides[0]) for each in convolutions] == [
        (3, 1, 1), (3, 3, 2), (12, 1, 1)]


def test_dropped_blocks_pass_their_input_on_in_training_only(built):
    """A block that adds 1 to every number is left out for a quarter of the images, and is 4 / 3 as strong in others."""
    keras.utils.set_random_seed(0)
    model = with_zero_convolutions(built("res(4, drop=0.25)", IMAGE))
    model.get_layer("res1_norm2").beta.assign(np.ones(4))
    many = images(400)
    added = np.asarray(model(many, training=True)) - many
    per_image = added.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(added, np.broadcast_to(per_image[:, None, None, None], added.shape), atol=1e-5)
    kept = per_image > 0.5
    np.testing.assert_allclose(per_image, kept * 4 / 3, atol=1e-5)
    assert kept.mean() == pytest.approx(0.75, abs=0.07)
    np.testing.assert_allclose(model(many) - many, np.ones_like(many), rtol=1e-5)


def test_resnet_50_d_has_its_published_size():
    """23.5 million weights in the layers before its last one; timm's `resnet50d` has 25.58 with a 1,000-way one."""
    blocks = " | ".join(f"bottleneck({filters}, {stride}, {repeat}, shortcut=avgpool)"
                        for filters, stride, repeat in [(64, 1, 3), (128, 2, 4), (256, 2, 6), (512, 2, 3)])
    cost = network_cost(f"stem(32, 32, 64) | pool | {blocks} | gap", (224, 224, 3), classes=1000)
    assert cost.trainable == 25_576_264
    assert cost.multiply_adds == pytest.approx(4.35e9, rel=0.01)

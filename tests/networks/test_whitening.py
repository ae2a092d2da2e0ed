import keras
import numpy as np
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.networks.build import build_scratch
from auxiliary.networks.whitening import whiten, whitening_layers

SIDE = 12


def network(net):
    return build_scratch(ScratchExperiment(model_id="m", key="m", learning_rate=0.1, epochs=1, image_size=SIDE,
                                           net=net), classes=2)


def photographs(number=250, seed=0):
    """Random images whose neighbouring pixels and channels are alike."""
    noise = np.random.default_rng(seed).uniform(0, 255, (number, SIDE + 2, SIDE + 2, 3))
    smooth = sum(noise[:, row:row + SIDE, column:column + SIDE] for row in range(3) for column in range(3)) / 9
    return (0.7 * smooth.mean(axis=-1, keepdims=True) + 0.3 * smooth * [1, 0.8, 0.5]).astype("float32")


def outputs(model, images, layer="whiten1"):
    """The outputs of a layer at every position of every image, one row each."""
    maps = np.asarray(keras.Model(model.input, model.get_layer(layer).output)(images))
    return maps.reshape(-1, maps.shape[-1])


@pytest.mark.parametrize("size", [2, 3])
def test_outputs_are_uncorrelated_with_mean_zero_and_each_has_its_negative(size):
    model = network(f"whiten({size}) | gap")
    whiten(model, photographs())
    found = outputs(model, photographs())
    half = size * size * 3
    assert found.shape[1] == 2 * half
    np.testing.assert_allclose(found[:, :half], -found[:, half:], atol=1e-4)
    covariance = np.cov(found[:, :half].T)
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=0.02)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=0.05)
    # Directions with a variance far above 0.0005 get variance 1, the last ones less.
    assert np.diag(covariance)[0] == pytest.approx(1, abs=0.01)
    assert (np.diff(np.diag(covariance)) < 1e-3).all()


def test_weights_are_those_of_airbench_for_standardised_images():
    """In its terms: the eigenvectors of x'x / n for the patches x of (images - mean) / std, / sqrt(λ + 5e-4)."""
    model, images = network("whiten | gap"), photographs()
    whiten(model, images)
    pixels = images / 255
    standard = (pixels - pixels.mean(axis=(0, 1, 2))) / pixels.std(axis=(0, 1, 2))
    patches = np.concatenate([standard[:, row:SIDE - 1 + row, column:SIDE - 1 + column].reshape(-1, 3)
                              for row in (0, 1) for column in (0, 1)], axis=1)
    values, vectors = np.linalg.eigh(patches.T @ patches / len(patches))
    expected = patches @ (vectors / np.sqrt(values + 5e-4))[:, ::-1]
    found = outputs(model, images)[:, :12]
    signs = np.sign((expected * found).sum(axis=0))
    np.testing.assert_allclose(found, expected * signs, atol=5e-3)


def test_a_channel_without_any_difference_gives_numbers():
    model, images = network("whiten | gap"), photographs()
    images[..., 1] = 128
    whiten(model, images)
    assert np.isfinite(outputs(model, photographs(seed=1))).all()


def test_a_later_layer_is_whitened_for_what_it_gets():
    model = network("whiten | conv(2, 1) | whiten(1) | gap")
    whiten(model, photographs())
    assert [layer.name for layer in whitening_layers(model)] == ["whiten1", "whiten3"]
    found = outputs(model, photographs(), "whiten3")
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=0.05)
    assert np.corrcoef(found[:, 0], found[:, 1])[0, 1] == pytest.approx(0, abs=0.02)


def test_a_network_without_whitening_stays_as_it_is():
    model = network("conv(4) | gap")
    before = model.get_weights()
    whiten(model, photographs(10))
    assert all((old == new).all() for old, new in zip(before, model.get_weights(), strict=True))


def test_in_low_precision_pixels_reach_it_unrounded():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = network("whiten | act(gelu) | gap")
    finally:
        keras.config.set_dtype_policy("float32")
    assert [layer.compute_dtype for layer in model.layers[1:4]] == ["float32", "float32", "bfloat16"]

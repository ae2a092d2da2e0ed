import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxiliary.config.transfer import TransferExperiment
from auxiliary.networks.build import build_transfer
from auxiliary.networks.cut import cut_network, find_cut
from auxiliary.networks.inference import fold_batch_norm, frozen_graph
from auxiliary.networks.pretrained import load_backbone, set_tuned


def transfer_of(tune_last: int):
    keras.utils.set_random_seed(0)
    return build_transfer(TransferExperiment(
        model_id="m", key="m", learning_rate=1e-3, epochs=1, backbone="MobileNetV2_035", image_size=32,
        head="gap | dense(4) | dropout(0.5)", tune_last=tune_last), classes=3, weights=None)


@pytest.fixture(scope="module")
def transfer():
    return transfer_of(20)


@pytest.fixture(scope="module")
def cut(transfer):
    return cut_network(transfer)


@st.composite
def graphs(draw):
    """Calls of layers: number of the layer, and of the calls whose outputs it takes; call 0 is the input."""
    calls = [(0, ())]
    for number in range(1, draw(st.integers(2, 9))):
        sources = draw(st.lists(st.integers(0, number - 1), min_size=1, max_size=2, unique=True))
        # Some layers are called twice.
        again = len(sources) == 1 and draw(st.booleans())
        earlier = [layer for layer, inputs in calls[1:] if len(inputs) == 1]
        layer = draw(st.sampled_from(earlier)) if again and earlier else number
        calls.append((layer, tuple(sources)))
    return calls, draw(st.integers(1, len(calls)))


def paths(calls, call) -> list[set[int]]:
    """The calls on each path from the input to a call, both included."""
    if call == 0:
        return [{0}]
    return [path | {call} for source in calls[call][1] for path in paths(calls, source)]


@settings(max_examples=60)
@given(graphs())
def test_the_cut_is_the_last_tensor_on_all_paths_to_tuned_layers(graph):
    calls, first = graph
    layers, tensors = {}, [keras.Input((2,))]
    for layer, sources in calls[1:]:
        if layer not in layers:
            layers[layer] = keras.layers.ReLU() if len(sources) == 1 else keras.layers.Add()
            layers[layer].trainable = layer >= first
        inputs = [tensors[source] for source in sources]
        tensors.append(layers[layer](inputs if len(inputs) > 1 else inputs[0]))
    model = keras.Model(tensors[0], tensors[-1])

    used = set.union(*paths(calls, len(calls) - 1))
    tuned = {call for call in used if call and calls[call][0] >= first}
    all_paths = [path for call in tuned | {len(calls) - 1} for path in paths(calls, call)]
    expected = max(set.intersection(*all_paths) - tuned)
    assert find_cut(model) is (tensors[expected] if expected else None)


@pytest.mark.parametrize(("name", "last", "layer", "numbers"), [
    ("EfficientNetV2S", 30, "block6m_add", 12_544), ("MobileNetV2", 20, "block_14_add", 7_840),
    ("ResNet50V2", 30, "conv5_block1_preact_relu", 50_176), ("EfficientNetLite0", 30, "blocks_11_bn2", 9_408)])
def test_where_backbones_are_cut(name, last, layer, numbers):
    backbone = load_backbone(name, 224, weights=None)
    set_tuned(backbone, last)
    tensor = find_cut(backbone)
    assert (tensor._keras_history.operation.name, np.prod(tensor.shape[1:])) == (layer, numbers)


def test_the_parts_do_what_the_whole_does(transfer, cut):
    images = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype("float32")
    expected = transfer.model.predict_on_batch(images)
    np.testing.assert_allclose(cut.rest(cut.front(images)), expected, atol=1e-6)
    np.testing.assert_allclose(frozen_graph(cut.rest)(frozen_graph(cut.front)(images)), expected, atol=1e-6)


def test_the_parts_share_the_weights_and_only_the_rest_is_trained(transfer, cut):
    assert cut.front.trainable_weights == []
    ours, whole = ({id(weight) for weight in model.trainable_weights} for model in (cut.rest, transfer.model))
    assert ours == whole and ours
    weights = {id(weight) for part in (cut.front, cut.rest) for weight in part.weights}
    assert weights == {id(weight) for weight in transfer.model.weights}


def test_a_network_that_was_cut_is_saved_and_folded_as_before(transfer, cut, tmp_path):
    transfer.model.save(tmp_path / "model.keras")
    images = np.random.default_rng(1).uniform(0, 255, (3, 32, 32, 3)).astype("float32")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict_on_batch(images), transfer.model.predict_on_batch(images))
    for model in (transfer.backbones[0], cut.rest.get_layer("rest").layer):
        assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in fold_batch_norm(model).layers)


def test_nothing_is_cut_off_where_all_layers_are_tuned():
    assert cut_network(transfer_of(1000)) is None

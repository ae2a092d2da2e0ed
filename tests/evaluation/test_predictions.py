
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.evaluation.grad_cam import explain
from auxiliary.evaluation.predictions import most_confident_mistakes, pick, with_groups

CLASSES = ["blue", "green", "red"]


def predicted(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Predictions of the images of `frame`, with increasing confidence."""
    confidence = np.linspace(0.5, 0.9, len(frame))
    columns = {f"p:{name}": np.where(np.array(names) == name, confidence, (1 - confidence) / 2) for name in CLASSES}
    return frame[["filepath", "category", "label"]].assign(predicted=names, confidence=confidence, **columns)


@pytest.fixture
def frame(tmp_path) -> pd.DataFrame:
    """Thirty images of 8x8, each of one colour with a black half, left or right."""
    rows = []
    for number in range(30):
        label = number % 3
        pixels = np.zeros((8, 8, 3), "uint8")
        pixels[:, 4 * (number % 2):][:, :4, 2 - label] = 200
        path = tmp_path / f"{number}.png"
        Image.fromarray(pixels).save(path)
        rows.append((str(path), content_hash(path.read_bytes()), CLASSES[label], label, 8, 8))
    table = pd.DataFrame(rows, columns=["filepath", "content_hash", "category", "label", "width", "height"])
    return table.assign(group=range(len(table)))


def drawn(fig) -> list[str]:
    return [axes.get_xlabel() for axes in fig.axes if axes.images]


def test_mistakes_of_the_sheet_come_first_then_its_random_images(frame):
    from auxiliary.reporting.image_grids import mistakes_sheet, prediction_sheet

    predictions = predicted(frame, ["red"] * 30)
    positions = pick(predictions, n=4, random_state=3)
    captions = drawn(mistakes_sheet(predictions, n=4))
    captions += [each for each in drawn(prediction_sheet(predictions, n=4, random_state=3)) if each not in captions]
    shown = predictions.iloc[positions]
    assert positions.dtype == "int64"
    assert [caption.split("\n")[0][-4:] for caption in captions] == [f"{value:.2f}" for value in shown["confidence"]]


def test_no_image_comes_twice(frame):
    predictions = predicted(frame, ["red"] * 30)
    positions = pick(predictions, n=30)
    assert sorted(positions) == list(range(30))
    assert list(positions[:20]) == [i for i in reversed(range(30)) if i % 3 != 2]


def test_positions_do_not_depend_on_the_index(frame):
    predictions = predicted(frame, ["red"] * 30)
    np.testing.assert_array_equal(pick(predictions.set_index(np.arange(30) + 7)), pick(predictions))


def test_without_mistakes_all_images_are_chosen_at_random(frame):
    predictions = predicted(frame, list(frame["category"]))
    assert len(pick(predictions)) == 10
    assert len(pick(predictions.head(0))) == 0


def test_of_near_duplicates_the_most_confident_mistake_is_picked(frame):
    # Twenty of thirty are mistakes, in two groups; confidence rises from row to row.
    predictions = with_groups(predicted(frame, ["red"] * 30), frame.assign(group=frame["label"]))
    assert most_confident_mistakes(predictions).index.to_list() == [28, 27]
    assert pick(predictions)[:2].tolist() == [28, 27]


def test_an_image_that_the_table_lacks_has_no_group(frame):
    predictions = with_groups(predicted(frame, ["red"] * 30), frame.assign(original="red/a.jpg")[::-1].iloc[:28])
    assert predictions["original"].to_list() == [""] * 2 + ["red/a.jpg"] * 28
    assert predictions["group"].isna().to_list() == [True] * 2 + [False] * 28
    assert predictions["group"].to_list()[2:] == list(range(2, 30))
    # Nobody knows whether the two are alike, so both are shown.
    assert len(most_confident_mistakes(predictions)) == 20


class TestExplain:
    @pytest.fixture
    def model(self):
        """Its score of a class is the mean of that class's colour."""
        from auxiliary.config.experiment import ScratchExperiment
        from auxiliary.networks.build import build_scratch

        experiment = ScratchExperiment(
            model_id="net", key="net", learning_rate=0.1, epochs=1, image_size=8, net="conv(3, 1) | gap"
        )
        model = build_scratch(experiment, 3)
        model.get_layer("conv1").set_weights([np.eye(3)[::-1].reshape(1, 1, 3, 3), np.zeros(3)])
        model.get_layer("probabilities").set_weights([np.eye(3), np.zeros(3)])
        return model

    def test_the_predicted_class_is_explained(self, model, frame):
        names = list(frame["category"][:15]) + ["red"] * 15
        explained = explain(model, predicted(frame, names), frame, image_size=8)
        np.testing.assert_array_equal(explained["position"], pick(predicted(frame, names)))
        assert explained["heat"].dtype == "float16"
        for position, heat in zip(explained["position"], explained["heat"], strict=True):
            expected = np.zeros((8, 8))
            if names[position] == frame["category"][position]:
                expected[:, 4 * (position % 2):][:, :4] = 1
            np.testing.assert_array_equal(heat, expected)

    def test_images_are_brought_to_the_models_size(self, model, frame, tmp_path):
        file = tmp_path / "large.png"
        Image.open(frame["filepath"][0]).resize((16, 16), Image.Resampling.NEAREST).save(file)
        large = frame.head(1).assign(filepath=str(file), content_hash=content_hash(file.read_bytes()), width=16,
                                     height=16)
        heat = explain(model, predicted(large, ["blue"]), large, image_size=8)["heat"]
        assert heat.shape == (1, 8, 8)
        assert (heat[0, :, :3] > 0.9).all() and (heat[0, :, 5:] == 0).all()

    def test_a_model_without_maps_explains_nothing(self, frame):
        import keras

        model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(3)])
        assert explain(model, predicted(frame, ["red"] * 30), frame, image_size=8) == {}

    def test_one_mistake_of_each_group_is_explained(self, model, frame):
        predictions, table = predicted(frame, ["red"] * 30), frame.assign(group=frame["label"])
        positions = explain(model, predictions, table, image_size=8)["position"]
        np.testing.assert_array_equal(positions, pick(with_groups(predictions, table)))
        assert positions[:2].tolist() == [28, 27]

    def test_predictions_of_other_images_are_refused(self, model, frame):
        with pytest.raises(UserError, match="for other images than the table"):
            explain(model, predicted(frame, ["red"] * 30), frame[::-1], image_size=8)

import pandas as pd

from tests.tools.markdown import lines
from tools.benchmark_tables import (
    markdown_bench,
    markdown_folds,
    markdown_held_out,
    markdown_planted,
    markdown_robustness,
    markdown_scale,
)


def test_scale_has_one_row_per_stage_and_one_column_per_number_of_images():
    scale = pd.DataFrame({"stage": ["split", "catalogue", "split"], "images": [1000, 1000, 20000],
                          "seconds": [0.54, 1, 2], "memory_mb": [80, 90, 1234]})
    assert lines(markdown_scale(scale)) == [
        {"stage": "split", "1,000 images": "0.5 s, 80 MB", "20,000 images": "2.0 s, 1,234 MB"},
        {"stage": "catalogue", "1,000 images": "1.0 s, 90 MB", "20,000 images": ""}]


def test_a_benchmark_has_one_row_and_a_bold_ratio_if_it_reaches_its_aim():
    bench = pd.DataFrame({"work": ["start (s)", "train (s)"], "against": ["TensorFlow", "PyTorch"], "ours": [0.1, 10],
                          "baseline": [5.5, 12.345], "ratio": [55, 1.23], "target": [10, 1.3], "met": [True, False]})
    assert lines(markdown_bench(bench)) == [
        {"work": "start (s)", "against": "TensorFlow", "here": "0.1", "there": "5.5", "ratio": "**55.00**",
         "aim": "10"},
        {"work": "train (s)", "against": "PyTorch", "here": "10", "there": "12.35", "ratio": "1.23", "aim": "1.3"}]


def test_held_out_classes_have_test_figures_for_one_method_only():
    table = pd.DataFrame({"dataset": "demo", "images": 4808, "backbone": "A", "image_size": 224,
                          "method": ["ours", "other"], "val_auroc": [0.95, 0.9], "auroc": [0.9512, None],
                          "caught": [0.805, None], "false_alarms": [0.05, None], "caught_at_5": [0.8, None]})
    first, other = lines(markdown_held_out(table))
    assert list(first.values()) == ["demo", "4,808", "`A`", "224 px", "ours", "0.950", "0.951", "80%", "5%", "80%"]
    assert list(other.values())[5:] == ["0.900", "", "", "", ""]


def test_robustness_has_one_row_per_network_with_all_severities_in_a_cell():
    severities = {"corruption": ["clean", "blur", "blur", "JPEG", "JPEG"], "severity": [0, 1, 5, 1, 5],
                  "accuracy": [0.9, 0.8, 0.7123, 0.6, 0.5]}
    about = {"dataset": "demo", "test_images": 1000, "kept": 0.723}
    table = pd.concat([pd.DataFrame({**severities, **about, "stage": stage, "experiment": key})
                       for stage, key in (("scratch", "small"), ("transfer", "lite0"))])
    first, last = lines(markdown_robustness(table))
    assert first == {"data set": "demo", "test images": "1,000", "experiment": "`small`", "kind": "from scratch",
                     "clean": "0.900", "blur": "0.800, 0.712", "JPEG": "0.600, 0.500", "kept": "72%"}
    assert (last["experiment"], last["kind"]) == ("`lite0`", "pre-trained")


def test_planted_labels_have_one_row_per_share_with_the_means_of_its_draws():
    draws = pd.DataFrame({
        "dataset": "demo", "images": 4808, "backbone": "A", "image_size": 224, "share": [0.05, 0.05, 0.2],
        "planted": [241, 241, 962], "suspects": [400, 200, 1000], "found": [200, 140, 800],
        "by_probability": [200, 150, 500], "recall": [0.8, 0.9, 0.7], "accuracy_planted": [0.90, 0.92, 0.8],
        "accuracy_restored": [0.93, 0.93, 0.9], "accuracy_own": 0.95, "mean_low": [-0.001, -0.001, 0.05],
        "mean_high": [0.041, 0.041, 0.15]})
    first, other = lines(markdown_planted(draws.assign(random_state=[0, 1, 0])))
    assert first == {
        "data set": "demo", "images": "4,808", "backbone": "`A`", "at": "224 px", "wrong labels": "241 (5%)",
        "suspects": "300", "found": "85% ± 7", "planted among suspects": "60% ± 14", "by probability alone": "62% ± 18",
        "test accuracy": "0.910 → 0.930", "gain in points": "+2.0 [-0.1, 4.1]", "all own labels": "0.950"}
    assert (other["wrong labels"], other["test accuracy"]) == ("962 (20%)", "0.800 → 0.900")


def test_five_folds_have_one_row_per_backbone_and_the_first_is_compared_with_none():
    folds = pd.DataFrame({"dataset": "demo", "images": 4808, "backbone": ["A", "B"], "image_size": [224, 320],
                          "accuracy": [0.9, 0.91239], "spread": [0.01, 0.00321], "gained": [0, 1234], "lost": [0, 2],
                          "p": [float("nan"), 0.0312]})
    assert lines(markdown_folds(folds)) == [
        {"data set": "demo", "images": "4,808", "backbone": "`A`", "at": "224 px", "accuracy": "0.9000 ± 0.0100",
         "against the first": ""},
        {"data set": "demo", "images": "4,808", "backbone": "`B`", "at": "320 px", "accuracy": "0.9124 ± 0.0032",
         "against the first": "+1,234 -2 images, p 0.031"}]

import pytest

from auxiliary.core.errors import UserError
from auxiliary.networks.backbones import find_backbone, tuned_layers


def test_an_unknown_backbone_is_refused_with_the_nearest_name():
    with pytest.raises(UserError, match="did you mean 'MobileNetV2'"):
        find_backbone("MobilNetV2")


@pytest.mark.parametrize(("tune_last", "layers"), [(0, 0), (30, 30), (10_000, 154), ("all", 154)])
def test_tune_last_stands_for_at_most_all_layers(tune_last, layers):
    assert tuned_layers("MobileNetV2", tune_last) == layers

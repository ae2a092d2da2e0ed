import pytest

from auxiliary.core.errors import UserError
from auxiliary.networks.backbones import check_size, find_backbone, tuned_layers


def test_an_unknown_backbone_is_refused_with_the_nearest_name():
    with pytest.raises(UserError, match="did you mean 'MobileNetV2'"):
        find_backbone("MobilNetV2")


def test_several_backbones_have_the_sums_of_their_figures():
    several, one, other = map(find_backbone, ("MobileNetV2 + Xception", "MobileNetV2", "Xception"))
    for figure in ("channels", "parameters", "multiply_adds", "layers"):
        assert getattr(several, figure) == getattr(one, figure) + getattr(other, figure)
    with pytest.raises(UserError, match=r"too small for MobileNetV2 \+ Xception: it needs at least 71"):
        check_size(several.name, 70)


@pytest.mark.parametrize(("tune_last", "layers"), [(0, 0), (30, 30), (10_000, 154), ("all", 154)])
def test_tune_last_stands_for_at_most_all_layers(tune_last, layers):
    assert tuned_layers("MobileNetV2", tune_last) == layers

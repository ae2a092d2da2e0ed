import gc

import pytest

from auxiliary.core.collection import kept_from_collection


@pytest.fixture(autouse=True)
def frozen_again():
    """What is frozen outside these tests stays so."""
    yield
    gc.freeze()
    gc.enable()


def test_what_is_there_at_the_end_is_not_looked_through():
    with kept_from_collection():
        assert not gc.isenabled()
        made = [[] for _ in range(9)]
    assert gc.isenabled() and gc.get_freeze_count() > len(made)
    assert not any(each is made for each in gc.get_objects())


@pytest.mark.parametrize("enabled", [True, False])
def test_whether_garbage_is_collected_stays_as_it_was(enabled):
    (gc.enable if enabled else gc.disable)()
    with pytest.raises(ImportError), kept_from_collection():
        raise ImportError
    assert gc.isenabled() == enabled

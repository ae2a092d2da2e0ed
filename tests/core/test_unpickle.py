import io
import os
import pickle
from collections import Counter, OrderedDict

import pytest

from auxiliary.core.unpickle import AllowListUnpickler, NotAllowedError


def load(value: object) -> object:
    return AllowListUnpickler(io.BytesIO(pickle.dumps(value)), {("collections", "OrderedDict"): OrderedDict}).load()


def test_allowed_names_and_plain_values_are_read():
    assert load(OrderedDict(a=[1, "b"])) == {"a": [1, "b"]}


@pytest.mark.parametrize(("value", "name"), [(Counter("a"), "collections.Counter"), (os.system, "system")])
def test_other_names_are_refused(value, name):
    with pytest.raises(NotAllowedError, match=f"asks for '.*{name}'"):
        load(value)

import pytest

from auxiliary.commands import speed


@pytest.fixture
def gain(monkeypatch):
    """How many times as fast as float32 a processor of some flags and a vendor is taken to be."""
    monkeypatch.setattr(speed, "_matrix_speed", lambda: 1.0)

    def gain(flags: str, vendor: str = "AuthenticAMD", depthwise: bool = False) -> float:
        monkeypatch.setattr(speed.runtime, "processor", lambda: {"flags": flags, "vendor_id": vendor})
        return speed.network_speed(depthwise)

    return gain


def test_bfloat16_is_faster_where_it_is_used(gain):
    assert gain("avx2") == gain("avx2 avx512_bf16", "GenuineIntel") == gain("") == 1
    assert 1 < gain("avx512_bf16") < gain("avx512_bf16 amx_bf16", "GenuineIntel")


def test_depthwise_convolutions_gain_less_from_amx(gain):
    assert 1 < gain("amx_bf16", depthwise=True) < gain("amx_bf16")


def test_any_machine_multiplies():
    assert speed.network_speed(depthwise=False) > 1e6

import pytest

from auxiliary.precision import cpu_precision, gpu_precision, processor


@pytest.mark.parametrize(("capability", "expected"), [
    (None, "float32"), ((6, 1), "float32"), ((7, 0), "mixed_float16"), ((7, 5), "mixed_float16"),
    ((8, 0), "mixed_bfloat16"), ((9, 0), "mixed_bfloat16"), ((12, 0), "mixed_bfloat16"),
])
def test_gpus_by_generation(capability, expected):
    assert gpu_precision(capability) == expected


@pytest.mark.parametrize(("vendor", "flags", "expected"), [
    ("AuthenticAMD", "sse avx512f avx512_bf16 vaes", "mixed_bfloat16"),
    ("AuthenticAMD", "sse avx2", "float32"),
    ("GenuineIntel", "avx512_bf16 avx512_fp16", "float32"),
    ("GenuineIntel", "avx512_bf16 amx_bf16 amx_tile", "mixed_bfloat16"),
])
def test_processors_by_their_units(vendor, flags, expected):
    assert cpu_precision({"vendor_id": vendor, "flags": flags}) == expected


def test_an_unknown_processor_gets_what_all_have():
    assert cpu_precision({}) == "float32"


def test_linux_describes_the_first_processor(tmp_path):
    file = tmp_path / "cpuinfo"
    block = "processor\t: {}\nvendor_id\t: AuthenticAMD\nmodel name\t: EPYC: 9\nflags\t\t: sse avx\n\n"
    file.write_text(block.format(0) + block.format(1), encoding="utf-8")
    assert processor(file) == {
        "processor": "0", "vendor_id": "AuthenticAMD", "model name": "EPYC: 9", "flags": "sse avx"}
    assert processor(tmp_path / "none") == {}

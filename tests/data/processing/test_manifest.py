import pytest

from auxiliary.data.processing.manifest import (
    ProcessedImage,
    append_to_manifest,
    manifest_path,
    read_manifest,
    write_manifest,
)

SETTINGS = {"version": 1, "size": 32}


def image(path):
    return ProcessedImage(path, "a" * 32, "b" * 32, 1234, 32, 32, "0123456789abcdef", "A" * 256)


@pytest.fixture
def processed(tmp_path):
    """A folder with a manifest of two images."""
    write_manifest(tmp_path / "processed", SETTINGS, [image("cat/a.jpg")])
    append_to_manifest(tmp_path / "processed", [image("two\nlines \u2028é.jpg")])
    return tmp_path / "processed"


def test_it_reads_back_with_any_name(processed):
    images = {path: image(path) for path in ("cat/a.jpg", "two\nlines \u2028é.jpg")}
    assert read_manifest(processed) == (SETTINGS, images)


def test_a_later_line_replaces_an_earlier_one(processed):
    append_to_manifest(processed, [image("cat/a.jpg")._replace(bytes=5)])
    assert read_manifest(processed)[1]["cat/a.jpg"].bytes == 5


def test_of_a_torn_last_line_nothing_is_read(processed):
    content = manifest_path(processed).read_bytes()
    start = content.rstrip().rindex(b"\n") + 1
    for end in range(start, len(content) - 1):
        manifest_path(processed).write_bytes(content[:end])
        assert list(read_manifest(processed)[1]) == ["cat/a.jpg"]


@pytest.mark.parametrize("line", [b"\0" * 300, b"words", b"[]", b"{}", b"3", b'{"path": "x"}', b"\xff"])
def test_a_line_that_is_no_image_is_passed_over(processed, line):
    with manifest_path(processed).open("ab") as file:
        file.write(line + b"\n")
    append_to_manifest(processed, [image("c.jpg")])
    assert len(read_manifest(processed)[1]) == 3


@pytest.mark.parametrize("content", [None, b"", b"\n", b"words\n"])
def test_without_a_first_line_there_are_no_settings(tmp_path, content):
    if content is not None:
        manifest_path(tmp_path).write_bytes(content)
    assert read_manifest(tmp_path) == ({}, {})


def test_it_is_only_written_when_it_changes(processed):
    settings, images = read_manifest(processed)
    before = manifest_path(processed).stat().st_ino
    write_manifest(processed, settings, images.values())
    assert manifest_path(processed).stat().st_ino == before
    # A last line without its end would run into the next one.
    manifest_path(processed).write_bytes(manifest_path(processed).read_bytes()[:-1])
    write_manifest(processed, settings, images.values())
    append_to_manifest(processed, [image("c.jpg")])
    assert len(read_manifest(processed)[1]) == 3

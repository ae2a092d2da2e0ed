import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.core.parallel import Processes
from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing.manifest import manifest_path, read_manifest, write_manifest
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.reading.inspect_files import content_hash

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from pathlib import Path
from auxiliary.core.parallel import Processes
from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing.preprocess import preprocess_images
if __name__ == "__main__":
    raw, processed = map(Path, sys.argv[1:])
    preprocess_images(catalogue(raw), raw, processed, size=400, pool=Processes(2))
"""


def make_image(path, size=(100, 80), colour="red", mode="RGB", **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    if orientation := options.pop("orientation", None):
        options["exif"] = Image.Exif()
        options["exif"][0x0112] = orientation
    image = Image.new(mode, size, colour)
    # An image of one colour is left out.
    image.paste("black", (3 * size[0] // 4, 3 * size[1] // 4, *size))
    image.save(path, **options)
    return path


def run(tmp_path, **settings):
    raw, processed = tmp_path / "raw-img", tmp_path / "processed"
    return preprocess_images(catalogue(raw), raw, processed, **{"size": 32} | settings)


def made(tmp_path):
    """Relative path and content of every file in processed/."""
    processed = tmp_path / "processed"
    return {path.relative_to(processed).as_posix(): path.read_bytes()
            for path in processed.rglob("*") if path.is_file()}


def named(tmp_path):
    """The images of the manifest by path."""
    return read_manifest(tmp_path / "processed")[1]


def opened(path):
    with Image.open(path) as image:
        return image.convert("RGB")


@pytest.fixture
def photographs(tmp_path):
    """300 images that take a while to decode, in `raw-img`."""
    folder = tmp_path / "raw-img" / "cat"
    folder.mkdir(parents=True)
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (600, 800, 3), "uint8")).save(folder / "0.png")
    for number in range(1, 300):
        (folder / f"{number}.png").hardlink_to(folder / "0.png")
    return tmp_path


def start(tmp_path):
    """`preprocess_images` in a process of its own, once its manifest names some images."""
    # Into a file, because nobody reads a pipe.
    with (tmp_path / "errors.txt").open("w") as errors:
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, tmp_path / "raw-img", tmp_path / "processed"],
                                   stderr=errors, cwd=REPOSITORY)
    while not named(tmp_path):
        assert process.poll() is None, (tmp_path / "errors.txt").read_text()
        time.sleep(0.005)
    return process


def test_every_image_becomes_one_of_a_kind(tmp_path):
    raw = tmp_path / "raw-img" / "cat"
    make_image(raw / "a.jpg", format="JPEG")
    make_image(raw / "b.PNG", mode="RGBA", colour=(255, 0, 0, 0), format="PNG")
    assert (run(tmp_path)["error"] == "").all()
    assert set(made(tmp_path)) == {"cat/a.jpg.jpg", "cat/b.PNG.jpg"}
    for name, colour in {"a.jpg.jpg": (255, 0, 0), "b.PNG.jpg": (255, 255, 255)}.items():
        with Image.open(tmp_path / "processed" / "cat" / name) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (32, 32))
            assert np.allclose(image.getpixel((16, 16)), colour, atol=3)


@pytest.mark.parametrize(("size", "suffix"), [((64, 64), ".png"), ((28, 28), ".png"), ((65, 10), ".jpg")])
def test_small_images_lose_nothing(tmp_path, size, suffix):
    path = tmp_path / "raw-img" / "cat" / "a.bmp"
    path.parent.mkdir(parents=True)
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), "uint8")
    Image.fromarray(noise).save(path)
    run(tmp_path)
    assert list(made(tmp_path)) == [f"cat/a.bmp{suffix}"]
    if suffix == ".png":
        assert (np.asarray(opened(tmp_path / "processed" / "cat" / "a.bmp.png")) == noise).all()


def test_no_two_files_meet_and_none_is_lost(tmp_path):
    names = ["a.jpg", "a.png", "a", "a.jpg.jpg", "A.JPG", "with space.png", "é.png", "two\nlines.png", "deep/a.jpg",
             "n" * 251 + ".png", "ä" * 125 + ".png", "b", "b.jpg/c.png"]
    for name in names:
        make_image(tmp_path / "raw-img" / "cat" / name, format="PNG")
    assert (run(tmp_path)["error"] == "").all()
    assert len(made(tmp_path)) == len(names)
    assert {"cat/a.jpg.jpg", "cat/a.png.jpg", "cat/a.jpg", "cat/a.jpg.jpg.jpg", "cat/two\nlines.png.jpg",
            "cat/deep/a.jpg.jpg"} <= set(made(tmp_path))


def test_bad_files_are_left_out_with_the_reason(tmp_path):
    raw = tmp_path / "raw-img" / "cat"
    good = make_image(raw / "good.png")
    photograph = Image.fromarray(np.random.default_rng(0).integers(0, 256, (99, 99, 3), "uint8"))
    photograph.save(raw / "cut.jpg")
    (raw / "cut.jpg").write_bytes((raw / "cut.jpg").read_bytes()[:-500])
    (raw / "empty.png").touch()
    (raw / "text.png").write_text("words")
    overview = run(tmp_path)
    assert dict(zip((Path(file).name for file in overview["filepath"]), overview["error"], strict=True)) == {
        good.name: "", "cut.jpg": "truncated", "empty.png": "empty file", "text.png": "not an image"}
    assert list(made(tmp_path)) == ["cat/good.png.jpg"]


def test_raw_files_stay_untouched(tmp_path):
    path = make_image(tmp_path / "raw-img" / "cat" / "a.png")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    run(tmp_path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [file.name for file in (tmp_path / "raw-img").rglob("*")] == ["cat", "a.png"]


def test_only_what_changed_is_made_again(tmp_path):
    raw, processed = tmp_path / "raw-img" / "cat", tmp_path / "processed" / "cat"
    same, changed, gone = (make_image(raw / name) for name in ("same.png", "changed.png", "gone.png"))
    run(tmp_path)
    first = (processed / "same.png.jpg").stat().st_ino
    make_image(changed, colour="blue")
    os.utime(same, ns=(1, 1))
    gone.unlink()
    run(tmp_path)
    assert set(named(tmp_path)) == {"cat/same.png.jpg", "cat/changed.png.jpg"}
    assert (processed / "same.png.jpg").stat().st_ino == first
    assert opened(processed / "changed.png.jpg").getpixel((9, 9))[2] > 200
    assert set(made(tmp_path)) == {"cat/same.png.jpg", "cat/changed.png.jpg"}
    changed.write_text("spoilt")
    run(tmp_path)
    assert set(made(tmp_path)) == set(named(tmp_path)) == {f"cat/{same.name}.jpg"}


def test_the_manifest_holds_what_the_files_hold(tmp_path):
    make_image(tmp_path / "raw-img" / "cat" / "large.png")
    make_image(tmp_path / "raw-img" / "cat" / "tall.png", (10, 60), orientation=6)
    (tmp_path / "raw-img" / "cat" / "words.png").write_text("words")
    overview = run(tmp_path)
    sources = dict(zip((Path(file).name for file in overview["filepath"]), overview["content_hash"], strict=True))
    assert named(tmp_path).keys() == made(tmp_path).keys() == {"cat/large.png.jpg", "cat/tall.png.png"}
    for path, content in made(tmp_path).items():
        image = named(tmp_path)[path]
        assert (image.content_hash, image.bytes) == (content_hash(content), len(content))
        assert (image.width, image.height) == opened(tmp_path / "processed" / path).size
        assert image.source_hash == sources[Path(path).stem]


@pytest.mark.parametrize("spoil", [
    lambda tmp_path: (tmp_path / "processed" / "cat" / "b.png.jpg").unlink(),
    lambda tmp_path: (tmp_path / "processed" / "cat" / "b.png.jpg").write_bytes(b""),
    lambda tmp_path: manifest_path(tmp_path / "processed").write_bytes(
        manifest_path(tmp_path / "processed").read_bytes()[:-20]),
], ids=["file gone", "file empty", "line torn"])
def test_an_image_that_is_not_complete_is_made_again(tmp_path, spoil):
    for name in ("a", "b"):
        make_image(tmp_path / "raw-img" / "cat" / f"{name}.png", colour="red")
    run(tmp_path)
    whole, images = made(tmp_path), named(tmp_path)
    untouched = (tmp_path / "processed" / "cat" / "a.png.jpg").stat().st_ino
    spoil(tmp_path)
    run(tmp_path)
    assert (made(tmp_path), named(tmp_path)) == (whole, images)
    assert (tmp_path / "processed" / "cat" / "a.png.jpg").stat().st_ino == untouched


def test_a_file_without_its_line_is_removed(tmp_path):
    make_image(tmp_path / "raw-img" / "cat" / "a.png")
    run(tmp_path)
    make_image(tmp_path / "processed" / "cat" / "stray.jpg")
    run(tmp_path)
    assert set(made(tmp_path)) == {"cat/a.png.jpg"}


@pytest.mark.parametrize("setting", [{"size": 48}, {"quality": 50}])
def test_other_settings_make_everything_again(tmp_path, setting):
    for number in range(3):
        make_image(tmp_path / "raw-img" / "cat" / f"{number}.png")
    run(tmp_path)
    before = made(tmp_path)
    run(tmp_path, **setting)
    assert set(before) == set(made(tmp_path))
    assert not set(before.values()) & set(made(tmp_path).values())


@pytest.mark.parametrize("step", ["processed_folder.write_manifest", "processed_folder._remove_others",
                                  "preprocess._make"])
def test_an_interruption_never_leaves_old_images_under_new_settings(tmp_path, monkeypatch, step):
    for number in range(3):
        make_image(tmp_path / "raw-img" / "cat" / f"{number}.png")
    run(tmp_path, size=32)

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(f"auxiliary.data.processing.{step}", interrupted)
        run(tmp_path, size=48)
    run(tmp_path, size=48)
    assert {opened(path).size for path in (tmp_path / "processed").rglob("*.jpg")} == {(48, 48)}


def test_a_killed_run_names_no_half_file_and_resumes(photographs):
    process = start(photographs)
    workers = psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    assert not psutil.wait_procs(workers, timeout=60)[1]
    finished = [photographs / "processed" / path for path in named(photographs)]
    assert 0 < len(finished) < 300
    whole = {path: path.stat().st_ino for path in finished}
    for path in finished:
        assert opened(path).size == (400, 400)
    (photographs / "processed" / "cat" / "299.png.jpg").write_bytes(b"half")
    run(photographs, size=400)
    assert len(made(photographs)) == 300
    assert {content_hash(content) for content in made(photographs).values()} == {
        image.content_hash for image in named(photographs).values()}
    assert {path: path.stat().st_ino for path in whole} == whole


def test_a_killed_worker_is_a_clear_error(photographs):
    process = start(photographs)
    psutil.Process(process.pid).children()[0].kill()
    assert process.wait(timeout=60)
    assert "UserError: preprocess: a worker process was killed" in (photographs / "errors.txt").read_text()


class Late:
    """Its worker begins when another run has changed the head of the manifest."""

    size, outlives = 1, True

    def __init__(self, processed):
        self._processed = processed

    def map(self, work, batches):
        write_manifest(self._processed, {"size": 1}, [])
        return map(work, batches)


def test_a_worker_that_was_left_behind_writes_nothing_once_a_later_run_began(tmp_path):
    make_image(tmp_path / "raw-img" / "cat" / "a.png")
    with pytest.raises(UserError, match="processed is filled by another process too"):
        run(tmp_path, pool=Late(tmp_path / "processed"))
    assert made(tmp_path) == {}


def test_a_lone_process_makes_the_same_images(tmp_path):
    for number in range(40):
        make_image(tmp_path / "raw-img" / "cat" / f"{number}.png", colour=(number, 9, 9))
    run(tmp_path, pool=Processes(1))
    alone = made(tmp_path)
    (tmp_path / "processed").rename(tmp_path / "other")
    run(tmp_path, pool=Processes(2))
    assert made(tmp_path) == alone


def test_links_never_lead_out_of_processed(tmp_path):
    make_image(tmp_path / "raw-img" / "cat" / "a.png")
    run(tmp_path)
    outside = make_image(tmp_path / "outside" / "a.png.jpg", format="PNG")
    before = outside.read_bytes()
    for path in (tmp_path / "processed" / "cat").iterdir():
        path.unlink()
    (tmp_path / "processed" / "cat").rmdir()
    (tmp_path / "processed" / "cat").symlink_to(outside.parent)
    run(tmp_path)
    assert outside.read_bytes() == before
    assert not (tmp_path / "processed" / "cat").is_symlink()


@pytest.mark.parametrize("processed", ["raw-img", "raw-img/processed", ".", "link"])
def test_overlapping_folders_are_refused(tmp_path, processed):
    raw = tmp_path / "raw-img"
    path = make_image(raw / "cat" / "a.png")
    (tmp_path / "link").symlink_to(raw)
    with pytest.raises(UserError, match="overlap"):
        preprocess_images(catalogue(raw), raw, tmp_path / processed)
    assert path.exists()


def test_foreign_files_are_never_cleared_away(tmp_path):
    make_image(tmp_path / "raw-img" / "cat" / "a.png")
    foreign = make_image(tmp_path / "processed" / "holiday.jpg")
    with pytest.raises(UserError, match="holds files"):
        run(tmp_path)
    assert foreign.exists()


def test_nothing_usable_is_an_error(tmp_path):
    (tmp_path / "raw-img" / "cat").mkdir(parents=True)
    (tmp_path / "raw-img" / "cat" / "a.png").write_text("words")
    with pytest.raises(UserError, match=r"none of the 1 files.*a\.png: not an image"):
        run(tmp_path)


def test_an_overview_of_another_folder_is_refused(tmp_path):
    make_image(tmp_path / "other" / "cat" / "a.png")
    (tmp_path / "raw-img").mkdir()
    with pytest.raises(UserError, match="does not lie below"):
        preprocess_images(catalogue(tmp_path / "other"), tmp_path / "raw-img", tmp_path / "processed")


def test_a_full_disk_stops_the_run_and_is_no_images_fault(tmp_path, monkeypatch):
    make_image(tmp_path / "raw-img" / "cat" / "a.png")

    write_bytes = Path.write_bytes

    def full_disk(path, content):
        if path.suffix == ".jpg":
            raise OSError(28, "No space left on device")
        write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(UserError, match=r"processed cannot be written, because the disk is full"):
        run(tmp_path)


def test_train_and_test_stay_apart(tmp_path):
    for name in ("train/cat/a.png", "train/dog/b.png", "test/cat/c.png"):
        make_image(tmp_path / "raw-img" / name)
    run(tmp_path)
    assert catalogue(tmp_path / "processed")["publisher_split"].tolist() == ["test", "train", "train"]


def test_images_of_one_flat_colour_are_left_out(tmp_path):
    make_image(tmp_path / "raw-img" / "cat" / "fine.png")
    for name, size in (("large.jpg", (100, 80)), ("small.png", (28, 28))):
        Image.new("RGB", size, "black").save(tmp_path / "raw-img" / "cat" / name)
    assert run(tmp_path)["error"].tolist() == ["", "one flat colour", "one flat colour"]


def test_stacks_are_counted_each_time(tmp_path, capsys):
    other = Image.new("RGB", (100, 80), "blue")
    for name in ("a", "b"):
        make_image(tmp_path / "raw-img" / "cat" / f"{name}.tif", save_all=True, append_images=[other])
    make_image(tmp_path / "raw-img" / "cat" / "c.tif")
    for _ in range(2):
        run(tmp_path)
        assert "several pages or pictures (2)" in capsys.readouterr().out
    assert opened(tmp_path / "processed" / "cat" / "a.tif.jpg").getpixel((9, 9))[0] > 200

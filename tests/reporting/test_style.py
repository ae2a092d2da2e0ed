import io

import matplotlib as mpl
import numpy as np
from PIL import Image

from auxiliary.reporting.names import Names
from auxiliary.reporting.style import STYLE, new_figure, save_figure, styled


@styled
def example():
    fig = new_figure(3, 2)
    fig.subplots().set_title("$not_maths^$")
    return fig


def test_a_figure_changes_no_global_setting(tmp_path):
    before = {name: mpl.rcParams[name] for name in STYLE}
    assert before != STYLE
    save_figure(example(), tmp_path, "example")
    assert {name: mpl.rcParams[name] for name in STYLE} == before


def test_a_figure_shows_itself_in_a_notebook_without_pyplot():
    assert example()._repr_png_().startswith(b"\x89PNG")


def test_saving_makes_an_svg_and_a_png_the_same_each_time(tmp_path):
    first = save_figure(example(), tmp_path / "new", "example")
    assert [path.name for path in first] == ["example.png", "example.svg"]
    again = save_figure(example(), tmp_path, "again")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    with Image.open(first[0]) as image:
        assert image.size == (450, 300)
        assert np.asarray(image)[0, 0, :3].tolist() == [255, 255, 255]


def test_a_figure_with_images_is_saved_as_pixels_only(tmp_path):
    fig = new_figure(3, 2)
    left, right = fig.subplots(1, 2)
    left.imshow(np.eye(3))
    assert [path.suffix for path in save_figure(fig, tmp_path, "a")] == [".png", ".svg"]
    right.imshow(np.zeros((2, 2, 3), "uint8"))
    assert [path.suffix for path in save_figure(fig, tmp_path, "b")] == [".png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.svg", "b.png"]


def test_a_notebook_shows_the_saved_pixels_until_the_figure_changes(tmp_path):
    fig = example()
    file, _ = save_figure(fig, tmp_path, "example")
    drawn, layout = fig.pixels(), fig.get_layout_engine()
    shown = Image.open(io.BytesIO(fig._repr_png_()))
    assert shown.size == (300, 200)
    with Image.open(file) as saved:
        reduced = saved.resize(shown.size, Image.Resampling.LANCZOS)
        np.testing.assert_array_equal(np.asarray(shown), np.asarray(reduced))
    assert fig.pixels() is drawn
    fig.axes[0].set_xlabel("epoch")
    assert fig.pixels() is not drawn
    assert fig.get_layout_engine() is layout    # so there is space for the label


def test_a_notebook_explains_the_numbers_below_the_figure(tmp_path):
    assert example()._repr_html_() is None
    names = Names(["<b>", "\u0378"])
    fig = new_figure(3, 2, names)
    fig.subplots().set_title(names.category("\u0378"))
    page = fig._repr_html_()
    assert page.startswith('<img src="data:image/png;base64,')
    assert "(class 1)</td>" in page
    assert "&lt;b&gt;" not in page      # it is drawn as it is

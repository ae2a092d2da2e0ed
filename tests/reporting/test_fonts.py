import pytest

from auxiliary.reporting.fonts import FAMILIES, can_draw, families
from auxiliary.reporting.style import new_figure, styled


def test_the_first_font_is_always_there_and_all_others_are_installed():
    assert families()[0] == FAMILIES[0]
    assert set(families()) <= set(FAMILIES)


@pytest.mark.parametrize(("text", "drawn"), [
    ("", True), ("naïve Ω Ж ✓", True), ("\u0378", False), ("a\tb", False), ("a\u202eb", False)])
def test_letters_that_no_font_has_cannot_be_drawn(text, drawn):
    assert can_draw(text) is drawn


@pytest.mark.parametrize("text", ["قطة", "שלום", "猫", "네", "क", "ก", "🍎"])
def test_what_can_be_drawn_is_drawn_without_a_warning(tmp_path, text):
    @styled
    def figure():
        fig = new_figure(3, 2)
        fig.subplots().set_title(text if can_draw(text) else "no font")
        return fig

    assert len(figure().save(tmp_path, "a")) == 2

"""How many labels were fixed, and what that did to accuracy, as blocks of a page."""

from auxiliary.data.fixes.apply_fixes import LEFT_OUT, RELABELLED
from auxiliary.project.label_fixes import fixes_sentence
from auxiliary.reporting.html.blocks import Block, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.label_fixes import effect_table, effects
from auxiliary.reporting.tables import Table

EXPLANATION = ("Each arrow goes from the experiment trained without the fixes to the same one trained with them. Both "
               "were tested on the same images, those that no fix leaves out. “By own labels” counts an answer as "
               "right where it is the label that the image came with, “by fixed labels” where it is the label after "
               "the fixes. The last column is the difference by fixed labels with its 95% interval.")
CAUTION = ("Test images are among those that were fixed. Whoever looks at suspect labels alone finds labels that "
           "disagree with networks, and none that agree with their mistakes. So accuracy by fixed labels tends "
           "to be a little too high, and so does any accuracy where test images are left out.")
ALONE = ("No experiment was trained both without and with these fixes here, so their effect is not known. To see it, "
         "give the command once without label_fixes, then again with it.")


def fixes_blocks(data: ReportData) -> list[Block]:
    """The number of fixes, and each experiment without and with them; no blocks where no label was fixed."""
    applied = data.applied_fixes
    if applied is None:
        return []
    dataset = data.project.paths.dataset
    count = Prose(f"{fixes_sentence(applied)} The files and their own labels stay as they are, and no image "
                  f"changed its split. data/{dataset}/applied-fixes.csv lists every fix and what became of it. All "
                  "other sections show the fixed labels.")
    found = effects(data.project, data.results, applied)
    if not found:
        return [count, Prose(ALONE)]
    changed = applied[applied["outcome"].isin([RELABELLED, LEFT_OUT])]
    caution = [Prose(CAUTION)] if (changed["split"] == "test").any() else []
    return [count, TitledTable("Trained without and with the fixes", Table.from_frame(effect_table(found))), *caution,
            Prose(EXPLANATION, small=True)]

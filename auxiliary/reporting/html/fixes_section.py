"""How many labels were fixed, and what that did to accuracy, as blocks of a page."""

from auxiliary.project.label_fixes import fixes_sentence
from auxiliary.reporting.html.blocks import Block, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.label_fixes import effect_table, effects
from auxiliary.reporting.tables import Table

EXPLANATION = ("Each arrow goes from the experiment trained without the fixes to the same one trained with them. Both "
               "were tested on the same images, those that no fix leaves out. “By own labels” counts an answer as right "
               "where it is the label that the image came with, “by fixed labels” where it is the label after the "
               "fixes. The last column is the difference by fixed labels with its 95% interval.")
CAUTION = ("Labels of test images were fixed too. Only suspect labels were looked at, so fixes tend to agree with what "
           "networks answer, and accuracy by fixed labels is a little too high. Accuracy by own labels is not affected "
           "by that.")
ALONE = ("No experiment was trained both without and with these fixes here, so their effect is not known: give the "
         "same command without `label_fixes` too.")


def fixes_blocks(data: ReportData) -> list[Block]:
    """The number of fixes, and each experiment without and with them; no blocks where no label was fixed."""
    applied = data.applied_fixes
    if applied is None:
        return []
    dataset = data.project.paths.dataset
    count = Prose(f"{fixes_sentence(applied)} The files and their own labels stay as they are, and no image "
                  f"changed its split. data/{dataset}/applied-fixes.csv lists every fix and what became of it. The "
                  "sections before this one show the fixed labels, except for the number of images per class.")
    found = effects(data.project, data.results, applied)
    if not found:
        return [count, Prose(ALONE)]
    caution = [Prose(CAUTION)] if any(each.fixed for each in found.values()) else []
    return [count, TitledTable("Trained without and with the fixes", Table.from_frame(effect_table(found))), *caution,
            Prose(EXPLANATION, small=True)]

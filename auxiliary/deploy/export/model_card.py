"""The model card beside an export: Markdown with Hugging Face's headings, and figures that the run measured.

Its last line is a mark, by which a later export knows that it may replace it.
"""

import io
from collections.abc import Sequence
from typing import Any

from ruamel.yaml import YAML

from auxiliary.deploy.export.card_evaluation import evaluation, measured
from auxiliary.deploy.export.card_training import data_licence, training_data, training_procedure, weights_licence
from auxiliary.deploy.export.how_to_run import RUNTIMES
from auxiliary.deploy.export.marks import MARKDOWN, marked_text
from auxiliary.networks.weight_licences import weight_licences
from auxiliary.runs.result import LABELS, Result
from auxiliary.runs.run import Run

CARD = """\
---
{head}---

# {name}

An image classifier of {classes} classes, {kind}, exported to {form}.

## Model Details

- **Model type:** {type}
- **Parameters:** {parameters}
- **Input and output of this file:** see [Technical Specifications](#technical-specifications)
- **Trained by:** the run `{run_id}` of Image-classification lab{commit}
- **License of the pre-trained weights:** {weights_licence}
- **License of the images:** {data_licence}

The license of a model trained on them is for its maker to state. Both may limit which it can be.

## Uses

It tells which of these classes an image shows: {names}.

Images should be like those that it was trained and tested on, see [Training Data](#training-data).

## Bias, Risks, and Limitations

{limits}

## How to Get Started with the Model

With `pip install {packages} numpy pillow`:

```python
{program}```

The program `{program_name}` beside the model does the same, and also converts colour profiles.

## Training Details

### Training Data

{training_data}

### Training Procedure

{training_procedure}

## Evaluation

{evaluation}

## Environmental Impact

- **Hardware Type:** {device}
- **Hours used:** {hours:.3g}, of the training of this run alone
- **Carbon Emitted:** not measured

## Technical Specifications

What the export command found:

{outcome}

## Citation

```bibtex
@software{{image_classification_lab,
  author = {{The maintainers of Image-classification lab}},
  title = {{Image-classification lab}},
  note = {{run {run_id}{commit}}}
}}
```
"""
PROGRAM = """\
{imports}
import numpy as np
from PIL import Image, ImageOps

file = {name!a}
loaded = {load}
names = {names}
image = ImageOps.exif_transpose(Image.open("image.jpg")).convert("RGB")
{prepare}
probabilities = {predict}["probabilities"]
best = probabilities.argmax()
print(names[best], probabilities[best])
"""


def model_card(run: Run, form: str, name: str, program: str, outcome: Sequence[str]) -> str:
    """The model card of an export.

    Args:
        run: the finished run.
        form: name of the format; `int8` for that of 8 bits.
        name: of the exported file or folder, beside which the card lies.
        program: name of the program beside it.
        outcome: what the export command says of input, output, check and speed, in sentences.
    """
    result, recipe, runtime = run.result, run.recipe, RUNTIMES[form]
    categories, found = recipe["categories"], measured(run)
    body = CARD.format(
        head=_head(result, form, name), name=name, form=form, classes=len(categories),
        kind="trained from scratch" if not result.backbone else f"with the {_backbone_text(result)}",
        type=f"`{result.network}`" + (f" on `{result.backbone}`" if result.backbone else ""),
        parameters=f"{result.parameters:,}, of which this run trained {result.trainable_parameters:,}",
        run_id=result.run_id, commit=f", commit {result.commit}" if result.commit else "",
        weights_licence=weights_licence(result), data_licence=data_licence(result),
        names=", ".join(f"`{category}`" for category in categories),
        limits="\n".join(f"- {sentence}" for sentence in found.limits), packages=runtime.packages,
        program=PROGRAM.format(name=name, **runtime._asdict()), program_name=program,
        training_data=training_data(recipe, result), training_procedure=training_procedure(recipe, result),
        evaluation=evaluation(found, result), device=result.device, hours=result.train_seconds / 3600,
        outcome="\n".join(f"- {sentence}" for sentence in outcome))
    return marked_text(body, MARKDOWN)


def _backbone_text(result: Result) -> str:
    return f"{LABELS['transfer']} backbone {result.backbone}" if result.weights == "imagenet" else (
        f"backbone {result.backbone}, trained from random weights")


def _head(result: Result, form: str, name: str) -> str:
    """The metadata, in YAML."""
    licences = set(weight_licences(result.backbone).values()) if result.backbone else {""}
    only = licences.pop() if len(licences) == 1 and result.weights == "imagenet" else ""
    figures = [("accuracy", result.accuracy), ("f1", result.macro_f1)]
    head: dict[str, Any] = {
        "license": only or "unknown", "pipeline_tag": "image-classification",
        "tags": ["image-classification", form], "metrics": [kind for kind, _ in figures],
        "model-index": [{"name": name, "results": [{
            "task": {"type": "image-classification"},
            "dataset": {"name": result.dataset, "type": result.dataset, "split": "test"},
            "metrics": [{"type": kind, "value": value} for kind, value in figures]}]}],
    }
    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output, yaml.allow_unicode = False, False, True
    yaml.dump(head, text)
    return text.getvalue()

"""The span of a data set's deep images: the values that become black and white in all of them.

Cameras and X-ray machines write 12 bits into files of 16, and measurements are floats of any range. By the range of its
type such an image would be nearly black; by its own range, the same value would look different in each image.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import ImageError
from auxiliary.core.parallel import Pool, in_batches
from auxiliary.core.progress import notify
from auxiliary.data.processing.manifest import Head, head_span
from auxiliary.data.reading.deep import Span, found_span
from auxiliary.data.reading.header import identified, short_reasons
from auxiliary.data.reading.inspect_files import content_hash

# One damaged file of floats may hold any number, and would turn all others black.
FAR = 100


def span_record(deep: pd.DataFrame, head: Head, version: int, pool: Pool | None = None) -> Head:
    """What the head of a manifest is to say of deep images; their span is printed.

    Args:
        deep: the rows of an overview that are deep images.
        head: that of the manifest that is there; of the same images, the span is not looked for again.
        version: of the code that reads them.
        pool: what reads the images; None for one process per core.

    Returns:
        `deep`, a fingerprint of the images, "" where there are none; and `span`, their smallest and their largest
        value, None where there are none that can be used.
    """
    if deep.empty:
        return {"deep": "", "span": None}
    fingerprint = content_hash(json.dumps([version, *sorted(deep["content_hash"])]).encode())
    if head.get("deep") == fingerprint:
        span = head_span(head)
    else:
        spans = in_batches(found_spans, deep["filepath"].tolist(), "measuring deep images", pool=pool)
        span = _union([each for each in spans if each])
    if span:
        notify(f"images with more than 8 bits a value ({len(deep):,}) are scaled by what they span together, "
               f"{span[0]:g} to {span[1]:g}")
    return {"deep": fingerprint, "span": span and list(span)}


def found_spans(paths: Sequence[str]) -> list[Span | None]:
    """The span of each file; None where it cannot be used, which preprocessing tells."""
    return [_found(path) for path in paths]


def _found(path: str) -> Span | None:
    try:
        with short_reasons(), Path(path).open("rb") as file, identified(file) as image:
            low, high = found_span(image, file)
    except ImageError:
        return None
    return (low, high) if low < high else None


def _union(spans: Sequence[Span]) -> Span | None:
    """What files span together, but for those that reach `FAR` times as far as the middle one."""
    if not spans:
        return None
    usual = sorted(map(_reach, spans))[len(spans) // 2]
    near = [span for span in spans if _reach(span) <= FAR * usual]
    return min(low for low, _ in near), max(high for _, high in near)


def _reach(span: Span) -> float:
    return max(map(abs, span))

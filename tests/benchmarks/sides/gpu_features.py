"""Images per second of a frozen backbone with random weights: `gpu_features.py BACKBONE TABLE`."""

import json
import sys
import tempfile
from pathlib import Path

from timing import SIZE, seconds

from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_transfer
from auxiliary.training.features import cached_features, extractor_of

backbone, table = sys.argv[1:]
runtime.start(0)
table = read_table(Path(table))
experiment = TransferExperiment(model_id="m", key="m", learning_rate=1e-3, epochs=1, backbone=backbone, head="gap",
                                image_size=SIZE)
extractor = extractor_of(build_transfer(experiment, table["label"].nunique(), weights=None))
with tempfile.TemporaryDirectory() as folder:
    # The first call compiles.
    cached_features(extractor, experiment, table.head(256), Path(folder), None)
    took = seconds(lambda: cached_features(extractor, experiment, table, Path(folder), None))
print(json.dumps({"what": f"features, {SIZE} px", "value": round(len(table) / took), "unit": "images/s"}))

"""Labels in a CSV file: `labels.py read|match CSV IMAGES`, with the images' paths in a text file.

Seconds are processor time of the one thread that does it, so that what else runs on the machine does not count. Memory
is the highest resident size of the process, its libraries included.
"""

import json
import resource
import sys
import time
from pathlib import Path

from auxiliary.data.labels.match import match_labels
from auxiliary.data.labels.table import read_labels

stage, csv, images = sys.argv[1], *map(Path, sys.argv[2:])
if stage == "read":
    began = time.process_time()
    read_labels({"": csv})
else:
    labels, files = read_labels({"": csv}), images.read_text(encoding="utf-8").splitlines()
    began = time.process_time()
    match_labels(labels, files, csv.parent)
took = time.process_time() - began
# Linux counts it in units of 1,024 bytes.
print(json.dumps({"seconds": took, "memory": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))

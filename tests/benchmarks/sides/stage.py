"""One stage of the data's way, and the memory that it takes: `stage.py catalogue|preprocess|duplicates|split|epoch`."""

import json
import sys
import threading
from pathlib import Path

import psutil
from timing import SIZE, seconds

from auxiliary.data.catalogue import catalogue
from auxiliary.data.clean import clean_table
from auxiliary.data.duplicates import add_duplicate_groups
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.splitting.split import split
from auxiliary.data.tables import read_table, write_table

RAW, PROCESSED = Path("raw-img"), Path("processed")
OVERVIEW, CLEAN, TRAIN = Path("overview.csv"), Path("clean.csv"), Path("train.csv")


def one_epoch() -> None:
    """All training images once, augmented, through as small a network as there can be."""
    from auxiliary.config.experiment import ScratchExperiment
    from auxiliary.core import runtime
    from auxiliary.data.dataset import mk_tf_dataset
    from auxiliary.networks.build import build_scratch

    runtime.start(0)
    table = read_table(TRAIN)
    experiment = ScratchExperiment(
        model_id="m", key="m", learning_rate=1e-3, epochs=1, net="conv(1, 8, 8) | gap", image_size=SIZE
    )
    model = build_scratch(experiment, table["label"].nunique())
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(mk_tf_dataset(table, augment=True, image_size=SIZE), verbose=0, shuffle=False)


WORK = {
    "catalogue": lambda: write_table(catalogue(RAW), OVERVIEW),
    "preprocess": lambda: write_table(preprocess_images(read_table(OVERVIEW), RAW, PROCESSED), OVERVIEW),
    "duplicates": lambda: write_table(add_duplicate_groups(clean_table(read_table(OVERVIEW), RAW, PROCESSED)), CLEAN),
    "split": lambda: write_table(split(read_table(CLEAN), (0.8, 0.1, 0.1), 0, "group")[0], TRAIN),
    "epoch": one_epoch,
}


def own_memory() -> int:
    """Bytes that this process and its children hold alone, now."""
    total = 0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        try:
            total += process.memory_full_info().uss
        except psutil.NoSuchProcess:
            continue
    return total


def watch(done: threading.Event, most: list[int]) -> None:
    """Note the most memory, five times a second and at the end."""
    over = False
    while not over:
        over = done.wait(0.2)
        most.append(max(own_memory(), most.pop()))


done, most = threading.Event(), [0]
watcher = threading.Thread(target=watch, args=(done, most))
watcher.start()
took = seconds(WORK[sys.argv[1]])
done.set()
watcher.join()
print(json.dumps({"seconds": took, "memory": most[0]}))

"""Animals-10, 26,179 photographs, from Kaggle."""

import shutil
from pathlib import Path

from auxiliary.data.providers.base import DataSet, reaching

HANDLE = "alessiocorrado99/animals10"
ADVICE = (f"download the zip from https://www.kaggle.com/datasets/{HANDLE} and run "
          "`python -m auxiliary run animals10 -p source PATH` with its path, or unpack it so that its "
          "folders (cane, cavallo, ...) lie in data/animals10/raw-img/")

# The publisher's folders are Italian.
NAMES = {"cane": "dog", "cavallo": "horse", "elefante": "elephant", "farfalla": "butterfly",
         "gallina": "chicken", "gatto": "cat", "mucca": "cow", "pecora": "sheep", "ragno": "spider",
         "scoiattolo": "squirrel"}


def fill(folder: Path) -> None:
    """Download through kagglehub, which caches a copy of its own, and copy the files."""
    with reaching("Kaggle", ADVICE):
        import kagglehub

        downloaded = kagglehub.dataset_download(HANDLE)
    shutil.copytree(downloaded, folder)


DATA_SET = DataSet(
    name="animals10",
    about="Animals-10: 26,179 photographs of 10 animals from the web",
    images=26_179,
    classes=len(NAMES),
    licence="GPL-2, as its Kaggle page states",
    advice=ADVICE,
    fill=fill,
    names=NAMES,
)

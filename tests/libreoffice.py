"""Opens and saves a table as somebody with LibreOffice does."""

import shutil
import subprocess
from pathlib import Path

import pytest

# Commas, double quotes, UTF-8, from the first line: what LibreOffice's dialog offers for such a file.
AS_CSV = "Text - txt - csv (StarCalc):44,34,76,1"
# The same with semicolons, as it is saved where a comma stands in numbers.
WITH_SEMICOLONS = "Text - txt - csv (StarCalc):59,34,76,1"


def convert(path: Path, to: str, folder: Path) -> Path:
    """Open a CSV file with LibreOffice and save it as something else; the file that it writes below a folder.

    Args:
        path: the file.
        to: the format, such as `xlsx` or `csv:` and the way of CSV.
        folder: for the result, and for LibreOffice's settings.
    """
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice (soffice) is not installed")
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
               f"--infilter={AS_CSV}", "--convert-to", to, "--outdir", folder / "out", path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "out" / path.with_suffix(f".{to.partition(':')[0]}").name

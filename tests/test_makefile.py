import re
import subprocess

from auxiliary.core.paths import REPOSITORY


def test_make_alone_lists_every_target():
    done = subprocess.run(["make"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    targets, = re.findall(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    assert re.findall(r"^make (\S+) +\w", done.stdout, flags=re.M) == targets.split()

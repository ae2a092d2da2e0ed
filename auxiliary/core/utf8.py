"""Names of files are UTF-8, whatever the locale: else a folder called in Chinese could be neither read nor made."""

import locale
import os
import sys


def restart_in_utf8() -> None:
    """Replace this process by the same one in Python's UTF-8 mode, where names of files have another encoding.

    That is so in a locale such as `de_DE.ISO-8859-1`, or in `C` with `PYTHONUTF8=0`. What is printed keeps the
    locale's encoding. Processes that this one starts are in UTF-8 mode too.
    """
    if sys.getfilesystemencoding() == "utf-8":
        return
    environment = {"PYTHONIOENCODING": locale.getencoding()} | os.environ | {"PYTHONUTF8": "1"}
    # The option too: with `-I` Python does not read the environment.
    os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], environment)

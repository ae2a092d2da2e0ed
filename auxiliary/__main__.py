"""The command: `python -m auxiliary COMMAND`."""

import sys

from auxiliary.cli import command
from auxiliary.errors import UserError


def main() -> None:
    """Run the command; a user's mistake ends in its sentence and exit status 1."""
    try:
        command(prog_name="python -m auxiliary")
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

"""Reads the Markdown tables that the tools write."""


def lines(table: str) -> list[dict[str, str]]:
    """The rows of a table, each by its headings."""
    head, _, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]

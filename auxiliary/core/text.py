"""auxiliary/core/text.py"""








def duration(seconds: float) -> str:
    """A time with its unit, such as `57 s`, `15 min` or `2.5 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


LONGEST_NAME = 32


def short(name: object, longest: int = LONGEST_NAME) -> str:
    """`name` on one line of at most `longest` characters, the middle of a longer one left out."""
    text = " ".join(str(name).split())
    if len(text) <= longest:
        return text
    head = longest // 2
    return f"{text[:head]}…{text[head + 1 - longest:]}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`number` with its noun, such as `1 class` or `10,000 images`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def format_bytes(count: float) -> str:
    """Bytes as a person reads them: `1.2 GB`, `345.6 MB`."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"

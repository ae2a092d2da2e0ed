"""Whether what the strict decoder finds wrong with a JPEG file harmed its image. Light, for worker processes."""

import re

# What libjpeg-turbo says of data that cannot be decoded as it was encoded; it would go on with invented pixels. A few
# bytes before the end mark harm nothing: it often passes over up to eight itself, as many as it reads at a time. Of
# files that merely end too early Pillow tells that they are truncated.
DAMAGE = re.compile(r"bad Huffman code|bad arithmetic code|premature end of data segment|instead of RST"
                    r"|Inconsistent progression|extraneous bytes before marker 0x(c4|da|d[0-7])"
                    r"|(\d\d|9) extraneous bytes before marker 0xd9")


def find_damage(message: str) -> str:
    """What harmed the image of a JPEG file; "" where it is whole, or where Pillow has to tell.

    Args:
        message: of the `ValueError` that `simplejpeg` raised: the first warning or error of libjpeg-turbo.
    """
    return message.removeprefix("Corrupt JPEG data: ") if DAMAGE.search(message) else ""

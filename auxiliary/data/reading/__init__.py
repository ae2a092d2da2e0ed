"""From the bytes of an image file to upright RGB pixels, or to one short reason why not."""

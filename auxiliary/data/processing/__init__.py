"""Raw images in, processed images out, with the manifest that lists them."""

"""Resampling of images by affine maps, to any size."""

import cv2
import numpy as np

# Up to here images are as close to Pillow's antialiased ones without a filter.
MUCH = 1.2
# Width of the filter beyond. At scales of 1.3 to 3, photographs are then 0.4 to 1.5 of 255 levels from Pillow's on
# average, in place of 2 to 10.
WIDTH = 0.45
FLAGS = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def warped(images: np.ndarray, matrices: np.ndarray, sides: tuple[int, int]) -> np.ndarray:
    """Resample images once, antialiased where they get much smaller; beyond the edge lies the mirrored image.

    Args:
        images: (N, H, W, 3) uint8.
        matrices: (N, 3, 3) maps from places in the result to places in the image, see `Move`.
        sides: width and height of the result.

    Returns:
        (N, height, width, 3) uint8.
    """
    width, height = sides
    maps = _pixels(images.shape[2], images.shape[1]) @ matrices @ np.linalg.inv(_pixels(width, height))
    # Pixels of the image from one pixel of the result to the next one, along each side of the image.
    scales = np.linalg.norm(maps[:, :2, :2], axis=2)
    result = np.empty((len(images), height, width, 3), "uint8")
    for image, matrix, scale, out in zip(images, maps, scales, result, strict=True):
        cv2.warpAffine(_smoothed(image, scale), matrix[:2], sides, out, FLAGS, cv2.BORDER_REFLECT)
    return result


def resized(images: np.ndarray, sides: tuple[int, int]) -> np.ndarray:
    """(N, height, width, 3) uint8 images of other sides, antialiased; the given ones where they have them."""
    if images.shape[2:0:-1] == sides:
        return images
    return np.stack([cv2.resize(image, sides, interpolation=cv2.INTER_AREA) for image in images])


def _smoothed(image: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """An image without the details that a smaller one cannot show."""
    if scale.max() <= MUCH:
        return image
    x, y = WIDTH * np.sqrt(np.maximum(scale**2 - 1, 1e-6))
    return cv2.GaussianBlur(image, (0, 0), x, sigmaY=y, borderType=cv2.BORDER_REFLECT)


def _pixels(width: int, height: int) -> np.ndarray:
    """The map from places, see `Move`, to pixels."""
    return np.array([[width, 0, (width - 1) / 2], [0, height, (height - 1) / 2], [0, 0, 1]])

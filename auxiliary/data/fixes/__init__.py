"""Label fixes in a CSV file: laid over the labels of the images, which stay as they are."""

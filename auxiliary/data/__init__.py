"""From original images to batches: fetch, catalogue, preprocess, find near-duplicates, split, sample, augment."""

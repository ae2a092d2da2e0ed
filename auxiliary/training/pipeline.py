"""The version of everything that makes a run's figures what they are."""

# To be raised by whoever changes how pictures are read, a run trained or measured, so that no old figure or feature
# passes for a new one; tests/training/test_golden.py notices when it should be.
PIPELINE = 5

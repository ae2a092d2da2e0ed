"""How many images go through a network together when it predicts."""

# The last digits of predictions depend on it, and journals count in it.
BATCH = 32

"""Names that mean something else in YAML, in Python or on a command line."""

NAMES = ["2024", "007", "1e3", "pics #2", "a: b", "[new]", "{x}", "*all", "&x", "!x", "%x", "@x", "- x", "null", "true",
         "it's", '"q"', "'q'", "a, b", "trailing ", "1_000", "2024-01-01", "12:30", "ends:", "x|y", "> x", "`x`", "?x",
         "猫", "=1", "no", "0x10", ".5", "$HOME", "back\\slash", "{{x}}", "%(x)s"]
# Those that a data set may have.
WORDS = ["2024", "007", "1e3", "null", "true", "no", "1_000", "2024-01-01", "0x10", "猫"]

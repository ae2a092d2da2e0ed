"""Unpacking zip and tar archives that somebody else made."""

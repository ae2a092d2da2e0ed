"""Exports of a finished run for other programs, checked in the runtimes of those programs."""

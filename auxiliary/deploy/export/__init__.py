"""A finished run written for other programs, and checked in their own runtimes."""

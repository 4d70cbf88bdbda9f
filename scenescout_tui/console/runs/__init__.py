"""The screen of runs."""

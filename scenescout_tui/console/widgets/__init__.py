"""The parts of a screen, one to a file; each draws rows from a snapshot."""

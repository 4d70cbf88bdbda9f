"""What lies over a screen for a moment and asks something."""

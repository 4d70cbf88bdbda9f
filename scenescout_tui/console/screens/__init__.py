"""Whole screens: the frame they share, the dashboard, and what opens from it."""

"""The errors' screen, with the dead letters."""

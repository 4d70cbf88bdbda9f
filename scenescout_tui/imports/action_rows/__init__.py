"""The rows of the table of actions, one file for each place."""

"""Other programs that load listings, run in an environment of their own beside ours."""

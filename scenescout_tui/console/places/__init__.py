"""The keys of each place, one file for each: the console's half of `imports.action_rows`."""

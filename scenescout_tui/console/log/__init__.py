"""The log's screen."""

"""The sources' screen."""

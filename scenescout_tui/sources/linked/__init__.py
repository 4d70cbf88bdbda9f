"""schema.org events as JSON-LD, in files of their own and inside web pages."""

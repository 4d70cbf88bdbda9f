"""Where events come from: adapters that read one record, and walks that yield pages of records."""

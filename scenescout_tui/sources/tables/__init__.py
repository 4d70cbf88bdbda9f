"""Tables: CSV, and JSON lists of other programs, through a mapping of columns to fields."""

"""iCalendar feeds (RFC 5545), from their bytes to one record for each occurrence of an event."""

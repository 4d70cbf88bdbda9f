"""Listings that try to fool the matcher, with the truth about them."""

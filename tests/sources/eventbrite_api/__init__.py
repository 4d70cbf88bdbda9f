"""Eventbrite's API walked over real HTTP on loopback."""

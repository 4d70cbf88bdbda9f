"""Benchmarks: what the project promises as a number, measured by `make bench`, never asserted by a timed
test.
"""

"""Imports: the engine that takes pages from a source, through the spawner, into the store, and tells the
doors about it.
"""

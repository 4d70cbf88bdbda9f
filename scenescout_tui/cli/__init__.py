"""The command line: the one room that knows all others, and imports each of them only when a verb needs
it.
"""

"""Databases by name, of whatever kind: what a provider owes, those that there are, and where settings come from.

What a repository says on each kind of database is that kind's own; nothing below knows that there are several.
"""

"""SELECT, INSERT, UPDATE and DELETE as immutable values: a method returns a new one, and building one does no I/O.

A query is a shape and its values. It knows its SQL text, but no driver: nothing here can be run.
"""

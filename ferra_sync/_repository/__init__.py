"""The verbs of one table: `PgRepository` and the statements that it keeps.

It says everything in the verbs of `_database`; nothing below knows that repositories exist.
"""

"""What a user calls: `Database` and `Transaction` with the same verbs, pages, batches, and many rows at once.

Statements are found and run here. The verbs of one table stand above it.
"""

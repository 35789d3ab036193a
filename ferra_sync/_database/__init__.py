"""What a user calls: `Database` and `Transaction` with the same verbs, pages, batches, many rows at once, and jobs.

Statements are found and run here. The verbs of one table stand above it.
"""

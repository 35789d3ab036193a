"""Tables as they are declared: columns with their options, keys, checks and indexes, checked when the class is made.

Nothing here knows a model or a query, and nothing reads a database.
"""

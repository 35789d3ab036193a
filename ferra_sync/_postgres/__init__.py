"""The driver: connections and their pool, statements made ready for psycopg, its rows, its errors, a server of our own.

psycopg is imported here alone, and in what reports on it. Nothing here knows a query or which verb was called.
"""

"""The driver: connections and their pool, statements made ready for psycopg, its rows, its errors, a server of our own.

psycopg is used here, and above by what holds one of its connections. Nothing here knows a query or a repository.
"""

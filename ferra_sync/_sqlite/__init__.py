"""SQLite, over the standard library's sqlite3: the second database that repositories and plain queries run on.

`compiler.py` is the second dialect of statements' shapes beside that of `_compiler`, and an allow-list; `storage.py`
says how values are kept. sqlite3 is imported here alone.
"""

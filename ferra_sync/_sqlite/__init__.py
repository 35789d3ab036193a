"""SQLite, over the standard library's sqlite3: the second database that repositories and plain queries run on.

The compiler's dialect is `_compiler/sqlite.py`; sqlite3 is imported here alone.
"""

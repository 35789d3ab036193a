"""What full text search reads and is asked: texts to Python, types of their own to the type checker."""

from __future__ import annotations

from typing import NewType

TsVector = NewType("TsVector", str)
"""The words of a document and where they stand, as PostgreSQL spells them: `'cat':2 'fat':1`."""

TsQuery = NewType("TsQuery", str)
"""What is searched for, as PostgreSQL spells it: `'fat' & 'cat'`."""

"""MongoDB: entities as documents, behind the same repository.

pymongo is used here and nowhere else. It shares tables, models, expressions, pages and tokens with the other providers,
and neither queries nor their compiler. What a document cannot keep exactly is refused by name.
"""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("pymongo") is None:
    raise ImportError("MongoDatabase needs pymongo: pip install 'ferra-sync[mongodb]'")

"""All rows of a query as one value: an array of bytes for each column, in which stands the array of its values.

An array of arrays would be rectangular, and a record is taken apart in Python. `array_send` makes bytes of any array;
these are one of the things that an array holds, so that rows nest, and psycopg reads all of it in C.
"""

from __future__ import annotations

from typing import Final

from pypika.terms import Term

from ferra_sync._compiler.compiled import result_term
from ferra_sync._compiler.terms import Raw, Template
from ferra_sync._expression.shapes import Item, Items
from ferra_sync._expression.sqltypes import FieldType

_ROWS: Final = '"rows"'


def multiset_term(rows: Term, columns: Items) -> Term:
    """Return `(SELECT ARRAY[array_send(array_agg(column)), …] FROM (…) AS rows(column, …))`.

    Of no rows each column is NULL. What the rows hold as an array is bytes of its own among the values.
    """
    names = [f'"c{number}"' for number in range(1, len(columns) + 1)]
    values = [_values(item, name) for item, name in zip(columns, names, strict=True)]
    packed = [Template("array_send(array_agg({}))", value) for value in values]
    places = ", ".join(["{}"] * len(packed))
    array = Template(f"ARRAY[{places}]", *packed)
    return Template("(SELECT {} FROM {} AS {})", array, rows, Raw(f"{_ROWS}({', '.join(names)})"))


def _values(item: Item, name: str) -> Term:
    value = result_term(item, Raw(f"{_ROWS}.{name}"))
    _, sql_type = item
    is_array = sql_type.kind is FieldType.ARRAY and sql_type.element is not None
    return Template("array_send({})", value) if is_array else value

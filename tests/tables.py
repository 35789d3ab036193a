"""Tables and models of tests: those that several share, and how a test makes its own."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any

import attrs
import psycopg

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import types as t
from ferra_sync._compiler.expressions import qualified_name
from ferra_sync._schema.table import Relation
from ferra_sync.migrations._ddl import AS_DECLARED, Ddl
from ferra_sync.migrations._types import create_types


def create_tables(
    connection: psycopg.Connection[Any],
    *tables: type[Table],
    derived: Iterable[type[Relation]] = (),
    foreign_keys: bool = True,
) -> None:
    """Create the schemas, the types, those of `derived` tables too, the tables, their indexes, at last foreign keys."""
    statements = list(Ddl().create(tables, foreign_keys=foreign_keys))
    made = create_types((table.__ferra_table__ for table in (*tables, *derived)), AS_DECLARED)
    for statement in dict.fromkeys((*(each for each in made if each not in statements), *statements)):
        connection.execute(statement.encode())


def truncate(*tables: type[Table]) -> str:
    """Return what empties these tables and counts from 1 again."""
    return f"TRUNCATE {', '.join(qualified_name(table.__ferra_table__.ref) for table in tables)} RESTART IDENTITY"


class Guarded(Table):
    """A table with a trigger, `GUARD`, that keeps rows out whose name is `unwanted`, without an error."""

    id = t.serial(primary_key=True)
    name = t.text()


@attrs.define
class Guard(FerraModel[Guarded]):
    name: str
    id: int = SERVER_DEFAULT


GUARD = """
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.name = 'unwanted' THEN RETURN NULL; END IF; RETURN NEW; END $$;
CREATE TRIGGER guard BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION guard();
"""


def model_of(base: Any, /, **fields: Any) -> Any:
    """Return a frozen model over a table that a test makes: `model_of(FerraModel[table], id=int)`.

    A field is an annotation, or a pair of an annotation and a default.
    """
    pairs = {name: field if isinstance(field, tuple) else (field,) for name, field in fields.items()}
    body: dict[str, Any] = {"__annotations__": {name: pair[0] for name, pair in pairs.items()}}
    body |= {name: pair[1] for name, pair in pairs.items() if len(pair) > 1}
    return attrs.frozen(types.new_class("Row", (base,), exec_body=lambda namespace: namespace.update(body)))

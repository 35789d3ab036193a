from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from databases import database_with
from tables import create_tables

from ferra_sync import SchemaError, Table, check, foreign_key, index, unique
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._schema.table import table_meta


class Countries(Table):
    code = t.char(2, primary_key=True)
    name = t.text(unique=True)


class Cities(Table, schema="geo"):
    country = t.char(2, primary_key=True, references=Countries.code, on_delete="cascade", on_update="restrict")
    name = t.varchar(80, primary_key=True)
    people = t.nullable(t.integer(index=True))
    founded = t.date(default=dt.date(1, 1, 1))
    changed = t.timestamptz(default=fn.now(), on_update=fn.now())
    twin_country = t.nullable(t.char(2))
    twin_name = t.nullable(t.varchar(80))

    @classmethod
    def __constraints__(cls) -> Sequence[Any]:
        return [
            unique(cls.name, cls.founded, name="one name a day"),
            check((cls.people > 0) | cls.people.is_null(), name="cities_people_check"),
            check(cls.name != "O'Brien {0} $1 %s"),
            index(cls.people.desc(nulls="last"), fn.lower(cls.name), where=cls.people.is_not_null(), name="by size"),
            index(cls.name, unique=True),
            foreign_key(
                cls.twin_country, cls.twin_name, references=lambda: (Cities.country, Cities.name), on_delete="set null"
            ),
        ]


class Nodes(Table):
    id = t.identity(primary_key=True)
    parent = t.nullable(t.bigint(references=lambda: Nodes.id, on_delete="set null"))
    later = t.nullable(t.integer(references=lambda: Later.id))


class Later(Table, name="come later"):
    id = t.serial(primary_key=True)


class Twins(Cities, alias="twins"):
    pass


def test_a_table_says_what_it_declares() -> None:
    meta = table_meta(Cities)
    assert (meta.name, meta.ref.schema, meta.ref.alias) == ("cities", "geo", None)
    assert list(meta.attributes) == ["country", "name", "people", "founded", "changed", "twin_country", "twin_name"]
    assert [column.name for column in meta.primary_key] == ["country", "name"]
    assert [[column.name for column in each.columns] for each in meta.uniques] == [["name", "founded"]]
    assert len(meta.checks) == 2
    assert [each.name for each in meta.indexes] == [None, "by size", None]
    assert [each.on_delete for each in meta.foreign_keys] == ["cascade", "set null"]
    assert [stamp.column.name for stamp in meta.on_update] == ["changed"]
    assert meta.attributes["people"].nullable_in_table
    assert not meta.attributes["name"].nullable_in_table


def test_an_alias_is_the_same_table_under_another_name() -> None:
    meta = table_meta(Twins)
    assert (meta.name, meta.ref.schema, meta.ref.alias) == ("cities", "geo", "twins")
    assert [column.name for column in meta.primary_key] == ["country", "name"]
    assert meta.primary_key[0].ref is not table_meta(Cities).primary_key[0].ref
    assert repr(Twins.name.ref) == "twins.name"


def test_what_a_table_declares_is_what_postgresql_then_has(server_url: str) -> None:
    with database_with(server_url, Countries, Cities, Nodes, Later) as db, db.connection() as connection:
        rows = connection.execute(
            "SELECT contype::text, count(*) FROM pg_constraint WHERE conrelid = 'geo.cities'::regclass GROUP BY 1"
        ).fetchall()
        assert dict(rows) | {"n": 0} == {"c": 2, "f": 2, "p": 1, "u": 1, "n": 0}
        (definition,) = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'by size'"
        ).fetchone() or ("",)
        assert "(people DESC NULLS LAST, lower((name)::text)) WHERE (people IS NOT NULL)" in definition


def test_the_test_tables_refuse_what_their_checks_refuse(server_url: str) -> None:
    with psycopg.connect(server_url) as connection:
        create_tables(connection, Countries, Cities)
        connection.execute("INSERT INTO countries VALUES ('de', 'Germany')")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO geo.cities (country, name, people) VALUES ('de', 'Ulm', 0)")
        connection.rollback()


def test_a_table_without_constraints_has_none() -> None:
    meta = table_meta(Later)
    assert (meta.uniques, meta.checks, meta.indexes, meta.foreign_keys, meta.on_update) == ((), (), (), (), ())
    assert meta.name == "come later"


def test_the_attributes_of_a_table_cannot_be_changed_through_its_metadata() -> None:
    with pytest.raises(TypeError):
        table_meta(Later).attributes["id"] = Later.id
    with pytest.raises(AttributeError):
        table_meta(Later).ref = None


# --- what cannot be --------------------------------------------------------------------------------------------------


def table(name: str, bases: tuple[type, ...] = (Table,), /, *, alias: str | None = None, **columns: Any) -> Any:
    return type(name, bases, columns, **({} if alias is None else {"alias": alias}))


def constrained(make: Callable[[Any], Sequence[Any]]) -> Any:
    return table("Bad", a=t.integer(), b=t.text(), __constraints__=classmethod(make))


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: table("Bad"), "^Bad declares no column$"),
        (lambda: table("Bad", a=t.text(), b=t.text(name="a")), "^Bad: a and b are both column 'a'$"),
        (lambda: table("Bad", a=t.integer(default="1")), r"^default of bad\.a: .*integer \(int\), not str$"),
        (lambda: table("Bad", a=t.integer(default=True)), r"^default of bad\.a: .*not bool$"),
        (lambda: table("Bad", a=t.integer(default=None)), r"^default of bad\.a"),
        (lambda: table("Bad", a=t.integer(default=fn.now())), r"^default of bad\.a is timestamptz; .* integer$"),
        (lambda: table("Bad", a=t.text(on_update=5)), r"^on_update of bad\.a: .*text \(str\), not int$"),
        (lambda: table("Bad", a=t.text(on_update=fn.now())), r"^on_update of bad\.a is timestamptz"),
        (lambda: table("Bad", a=t.integer(references=5)), r"^bad\.a: references takes a column"),
        (lambda: table("Bad", a=t.integer(references=Later.id, on_delete="explode")), "^on_delete of a foreign key is"),
        (lambda: table("Bad", a=t.integer(references=Later.id, on_update=fn.now())), "^on_update of a foreign key is"),
        (lambda: table("Bad", (Later,)), r'^Bad inherits from table come later: say alias="…"$'),
        (
            lambda: table("Bad", (Later,), alias="b", x=t.text()),
            "^Bad is an alias of come later and cannot add columns$",
        ),
        (lambda: constrained(lambda _cls: [5]), r"^Bad\.__constraints__ lists a int$"),
        (lambda: constrained(lambda _cls: [unique()]), "^unique takes columns$"),
        (lambda: constrained(lambda _cls: [unique("a")]), "^unique takes columns$"),
        (lambda: constrained(lambda _cls: [index()]), "^an index needs a column$"),
        (lambda: constrained(lambda _cls: [index("a")]), "^index takes"),
        (lambda: constrained(lambda _cls: [check(True)]), "^check takes a predicate"),
        (lambda: constrained(lambda cls: [check(cls.a)]), "^check takes a predicate"),
        (lambda: constrained(lambda cls: [unique(cls.a, name="")]), "^a constraint's name is empty$"),
        (lambda: constrained(lambda cls: [unique(cls.a, name="x" * 64)]), "longer than 63 bytes"),
        (
            lambda: constrained(lambda cls: [unique(cls.a, name="n"), index(cls.b, name="n")]),
            "two constraints have one name",
        ),
        (lambda: constrained(lambda _cls: [unique(Later.id)]), "Bad.*come later|come later.*Bad"),
        (lambda: constrained(lambda _cls: [check(Later.id > 0)]), "Bad.*come later|come later.*Bad"),
        (lambda: constrained(lambda _cls: [index(Later.id)]), "Bad.*come later|come later.*Bad"),
        (lambda: constrained(lambda _cls: [foreign_key(references=Later.id)]), "^foreign_key takes columns$"),
    ],
)
def test_a_table_that_cannot_be_is_refused_when_it_is_declared(declare: Callable[[], object], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        declare()


@pytest.mark.parametrize(
    ("references", "message"),
    [
        (lambda: Countries.code, r"^bad\.a is integer; countries\.code is char\(2\)$"),
        (lambda: "Countries.code", r"^bad\.a: a foreign key references columns$"),
        (lambda: None, r"^bad\.a: a foreign key references columns$"),
    ],
)
def test_a_reference_that_does_not_fit_is_refused_when_it_is_read(references: Any, message: str) -> None:
    bad = table("Bad", a=t.integer(references=references))
    with pytest.raises(SchemaError, match=message):
        _ = table_meta(bad).foreign_keys[0].targets


def test_a_reference_that_does_not_fit_is_refused_at_once_where_it_can_be_read_at_once() -> None:
    with pytest.raises(SchemaError, match=r"^bad\.a is integer; countries\.code is char\(2\)$"):
        table("Bad", a=t.integer(references=Countries.code))


def test_a_foreign_key_of_several_columns_references_as_many_of_one_table() -> None:
    few = constrained(lambda cls: [foreign_key(cls.a, cls.b, references=(Later.id,))])
    mixed = constrained(lambda cls: [foreign_key(cls.a, cls.b, references=(Later.id, Countries.name))])
    for bad in (few, mixed):
        with pytest.raises(SchemaError, match="as many columns of one table"):
            _ = table_meta(bad).foreign_keys[0].targets


def test_a_column_outside_a_table_says_so() -> None:
    class NoTable:
        id = t.integer()

    with pytest.raises(SchemaError, match=r"^NoTable declares a column but is no Table$"):
        _ = NoTable.id


def test_a_table_is_not_instantiated() -> None:
    with pytest.raises(SchemaError, match=r"^Later is a table; rows are instances of a FerraModel\[Later\]$"):
        Later()


@pytest.mark.parametrize("nothing", [int, None, "users", object()])
def test_what_is_no_table_is_named_so(nothing: Any) -> None:
    with pytest.raises(SchemaError, match=r"is not a Table$"):
        table_meta(nothing)


def test_a_default_may_be_null_where_the_column_is_nullable() -> None:
    made = table("Fine", a=t.nullable(t.integer(default=None)), b=t.numeric(default=1), c=t.numeric(default=Decimal(1)))
    assert list(table_meta(made).attributes) == ["a", "b", "c"]


def test_a_declaration_is_shown_by_its_type() -> None:
    shown = [repr(t.varchar(9)), repr(t.nullable(t.integer()))]
    assert shown == ["<column of varchar(9)>", "<column of integer, nullable>"]

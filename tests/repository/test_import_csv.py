"""import_csv: every line validated, the good ones in the table, the others told by their number."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

import attrs
import pytest
from databases import database_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Constraint,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    ImportReport,
    PgRepository,
    QueryError,
    Table,
    ValidationError,
    check,
    delete_from,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Range


class Teams(Table):
    id = t.integer(primary_key=True)


class People(Table):
    id = t.serial(primary_key=True)
    email = t.varchar(30, unique=True)
    name = t.nullable(t.text())
    age = t.nullable(t.integer())
    rate = t.nullable(t.numeric(5, 2))
    born = t.nullable(t.date())
    active = t.boolean(default=False)
    team_id = t.nullable(t.integer(references=Teams.id))
    pin = t.text(secret=True, default="")
    number = t.identity(always=True)
    seen_at = t.timestamptz(default=fn.now())

    @classmethod
    def __constraints__(cls) -> tuple[Constraint[Any], ...]:
        return (check(cls.age < 150),)


@attrs.define
class Team(FerraModel[Teams]):
    id: int


@attrs.define
class Person(FerraModel[People]):
    email: str = attrs.field(validator=attrs.validators.matches_re(r".+@.+"))
    name: str | None = None
    age: int | None = None
    rate: Decimal | None = None
    born: dt.date | None = None
    active: bool = False
    team_id: int | None = None
    pin: str = SERVER_DEFAULT
    number: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.define
class Nameless(FerraModel[People]):
    name: str | None
    id: int = SERVER_DEFAULT


class Cells(Table):
    id = t.integer(primary_key=True)
    text = t.nullable(t.text())
    ratio = t.nullable(t.double_precision())
    price = t.nullable(t.numeric())
    at = t.nullable(t.timestamptz())
    span = t.nullable(t.interval())
    content = t.nullable(t.bytea())
    data = t.nullable(t.jsonb())
    tags = t.nullable(t.array(t.text()))
    days = t.nullable(t.daterange())


@attrs.define
class Cell(FerraModel[Cells]):
    id: int
    text: str | None
    ratio: float | None
    price: Decimal | None
    at: dt.datetime | None
    span: dt.timedelta | None
    content: bytes | None
    data: Any
    tags: list[str] | None
    days: Range[dt.date] | None


@pytest.fixture(scope="module")
def open_db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Teams, People, Cells) as database:
        PgRepository(Team, database).insert(Team(1))
        yield database


@pytest.fixture
def db(open_db: Database) -> Database:
    with open_db.connection() as connection:
        connection.execute("TRUNCATE people RESTART IDENTITY")
    return open_db


@pytest.fixture
def people(db: Database) -> PgRepository[Person]:
    return PgRepository(Person, db)


def file(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode())


def emails(db: Any) -> list[str]:
    return db.fetch_all(select(People.email).order_by(People.id))


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.rows, report.inserted, report.skipped, report.failed


HEADER = "email,name,age,rate,born,active,team_id"
LINES = [
    'a@x,"Al\nB",5,1.50,2020-01-02,yes,1',  # 2 and 3
    "b@x,,,,,,",  # 4
    "bad,x,y,z,maybe,perhaps,",  # 5
    "a@x,again,1,,,1,",  # 6: unique
    "c@x,,200,,,0,",  # 7: check
    "d@x,,1,,,0,9",  # 8: foreign key
    'e@x,5" disk,,,,,',  # 9
    "f@x,,1",  # 10
    "g@x,,1,1234.5,,f,",  # 11: numeric overflow
    "h@x,\0,1,,,f,",  # 12: no text
    f"{'i' * 40}@x,,1,,,f,",  # 13: too long
    ',"",,,,,',  # 14
    'j@x,"",7,,,t,1',  # 15
]


def test_good_lines_are_imported_and_bad_ones_told(db, people):
    report = people.import_csv(file(HEADER, *LINES), on_error="collect")
    assert counts(report) == (13, 3, 0, 10)
    assert [error.line for error in report.errors] == [5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    wrong = {error.line: error.errors for error in report.errors}
    assert sorted(wrong[5]) == ["active", "age", "born", "email", "rate"]
    assert wrong[6] == {"email": 'unique constraint "people_email_key" violated on column "email"'}
    assert ['violates check constraint "' in wrong[7][""], "foreign key" in wrong[8][""]] == [True, True]
    assert wrong[10] == {"": "has 3 values; the header has 7"}
    assert [row.name for row in people.find_all()] == ["Al\nB", None, ""]
    first = people.find_all()[0]
    assert (first.age, first.rate, first.born, first.active) == (5, Decimal("1.50"), dt.date(2020, 1, 2), True)


def test_no_message_shows_a_value(people):
    report = people.import_csv(file(HEADER, *LINES), on_error="collect")
    told = "".join(map(str, report.errors))
    assert not any(value in told for value in ("bad,", "maybe", "perhaps", "200", "a@x", "1234", "iiii", "disk"))


def test_a_skipped_duplicate_is_counted_and_no_error(db, people):
    report = people.import_csv(file("email", "a@x", "b@x", "a@x", "bad"), on_error="collect", on_conflict="skip")
    assert counts(report) == (4, 2, 1, 1)
    assert emails(db) == ["a@x", "b@x"]
    assert counts(people.import_csv(file("email", "a@x", "c@x"), on_conflict="skip")) == (2, 1, 1, 0)


@pytest.mark.parametrize(("line", "error"), [("bad", ValidationError), ("a@x", Conflict), (f"{'i' * 40}@x", Db)])
def test_the_first_bad_line_undoes_the_import_and_says_which_it_is(db, people, line, error):
    good = [f"n{number}@x" for number in range(2_500)]
    with pytest.raises(error) as caught:
        people.import_csv(file("email", "a@x", *good, line, "z@x"))
    assert caught.value.line == 2_503
    assert "line 2503" in str(caught.value) + "".join(getattr(caught.value, "__notes__", ()))
    assert emails(db) == []


def test_an_import_inside_a_transaction_is_part_of_it(db):
    with db.begin() as tx:
        people = PgRepository(Person, tx)
        assert people.import_csv(file("email", "a@x")).inserted == 1
        with pytest.raises(Conflict):
            people.import_csv(file("email", "b@x", "a@x"))
        assert counts(people.import_csv(file("email", "c@x", "a@x"), on_error="collect")) == (2, 1, 0, 1)
        assert emails(tx) == ["a@x", "c@x"]
    assert emails(db) == []


HEADERS = {
    "email,pin": {"pin": "is secret: no file has it"},
    "email,nosuch,": {"nosuch": "is unknown", "": "a column has no name"},
    "name,name": {"name": "is there twice", "email": "is missing"},
    "email,number": {"number": "is filled in by the server or the class"},
    '"email': {"": "has a quotation mark that is not closed"},
    "": {"": "is empty: its first line names the columns"},
}


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("on_error", ["raise", "collect"])
def test_a_header_that_names_no_fields_is_refused_by_name(db, people, header, on_error):
    with pytest.raises(ValidationError) as caught:
        people.import_csv(file(header), on_error=on_error)
    assert (caught.value.line, caught.value.errors) == (1, HEADERS[header])


def test_a_value_that_is_nothing_is_null_or_a_default_and_a_text_is_empty(people):
    report = people.import_csv(file("id,email,name,active", "7,a@x,,t", ',b@x,"",'))
    assert report.inserted == 2
    assert [(row.name, row.active) for row in people.find_by(People.email == "a@x")] == [(None, True)]
    assert [(row.name, row.active) for row in people.find_by(People.email == "b@x")] == [("", False)]


def test_annotations_that_are_narrower_than_their_columns_hold(db):
    @attrs.define
    class Only(FerraModel[People]):
        email: str
        age: Literal[1, 2] | None = None
        id: int = SERVER_DEFAULT

    report = PgRepository(Only, db).import_csv(file("email,age", "a@x,1", "b@x,3"), on_error="collect")
    assert counts(report) == (2, 1, 0, 1)
    assert list(report.errors[0].errors) == ["age"]


def test_rows_that_leave_everything_to_the_server_are_bad(db):
    @attrs.define
    class Numbered(FerraModel[Teams]):
        id: int = 5

    @attrs.define
    class Flags(FerraModel[People]):
        email: str = SERVER_DEFAULT
        id: int = SERVER_DEFAULT

    with pytest.raises(ValidationError, match="has no default"):
        PgRepository(Flags, db).import_csv(file("id", "", "1"))
    report = PgRepository(Numbered, db).import_csv(file("id", "", "1"), on_error="collect", on_conflict="skip")
    assert counts(report) == (2, 1, 1, 0)


def test_what_cannot_be_imported_is_refused(db, people, tmp_path):
    with pytest.raises(QueryError, match="it lacks email"):
        PgRepository(Nameless, db).import_csv(file("name", "x"))
    for options in ({"on_error": "x"}, {"on_conflict": "update"}, {"delimiter": ",,"}):
        with pytest.raises(QueryError):
            people.import_csv(file("email"), **options)
    for path in (io.StringIO("email"), 5):
        with pytest.raises(QueryError, match="open for bytes"):
            people.import_csv(path)
    with pytest.raises(FileNotFoundError):
        people.import_csv(tmp_path / "none.csv")


def test_a_path_serves_and_other_delimiters_do(people, tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(b'\xef\xbb\xbfemail;name\r\na@x;"1;2"\r\n')
    for each in (path, str(path)):
        report = people.import_csv(each, delimiter=";", on_conflict="skip")
        assert report.rows == 1
    assert [row.name for row in people.find_all()] == ["1;2"]


def test_the_report_keeps_the_first_errors_and_counts_all(people):
    report = people.import_csv(file("email", *("bad" for _ in range(2_500)), "a@x"), on_error="collect")
    assert counts(report) == (2_501, 1, 0, 2_500)
    assert [error.line for error in report.errors] == list(range(2, 1_002))
    with pytest.raises(TypeError):
        report.errors[0].errors["email"] = "x"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        report.rows = 1


def test_progress_hears_of_the_rows_and_what_it_raises_undoes_them(db, people):
    heard: list[int] = []
    lines = ["email", *(f"n{number}@x" for number in range(4_500))]
    people.import_csv(file(*lines), progress=heard.append)
    assert heard == [2_000, 4_000, 4_500]

    def stop(_done: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        people.import_csv(file("email", "z@x"), progress=stop)
    assert people.count() == 4_500


def test_an_error_that_is_of_no_row_ends_the_import_in_every_mode(db, people):
    with db.begin() as tx:
        with tx._connection.cursor() as cursor:
            cursor.execute("ALTER TABLE people DROP COLUMN email")
        with pytest.raises(Db) as caught:
            PgRepository(Person, tx).import_csv(file("email", "a@x"), on_error="collect")
        assert (caught.value.kind, caught.value.line) == (DbErrorKind.UNDEFINED, None)


texts = st.text(st.sampled_from('a,"\n\r\\ é{}'), max_size=4)
moments = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
cells = st.builds(
    Cell,
    id=st.just(0),
    text=st.none() | texts,
    ratio=st.none() | st.floats(allow_nan=False),
    price=st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2),
    at=st.none() | moments,
    span=st.none() | st.timedeltas(dt.timedelta(-400), dt.timedelta(400)),
    content=st.none() | st.binary(max_size=4),
    data=st.none() | st.dictionaries(texts, st.integers() | st.none() | texts, max_size=2),
    tags=st.none() | st.lists(texts, max_size=3),
    days=st.none() | st.builds(Range, st.dates(dt.date(2000, 1, 1)), st.none()),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cells, min_size=1, max_size=4))
def test_what_copy_out_writes_is_imported_as_it_was(open_db, rows):
    given = [attrs.evolve(row, id=number) for number, row in enumerate(rows)]
    with open_db.begin() as tx:
        repository = PgRepository(Cell, tx)
        repository.copy_in(given)
        content = io.BytesIO()
        tx.copy_out(select(Cell).order_by(Cells.id), content)
        tx.execute(delete_from(Cells).all_rows())
        content.seek(0)
        assert repository.import_csv(content).inserted == len(given)
        assert repository.find_all() == given


outcomes = st.sampled_from(["good@x", "bad", "dup@x", "old"])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(outcomes, max_size=40), st.sampled_from(["raise", "skip"]), st.booleans())
def test_counts_are_exact_whatever_is_wrong_with_which_line(open_db, kinds, on_conflict, quoted):
    lines, seen, duplicates = [], 0, []
    for number, kind in enumerate(kinds, 2):
        age = 500 if kind == "old" else 5
        name = f"n{number}@x" if kind in {"good@x", "old"} else kind
        lines.append(f'"{name}",{age}' if quoted else f"{name},{age}")
        if kind == "dup@x":
            duplicates += [number] if seen else []
            seen += 1
    bad = [number for number, kind in enumerate(kinds, 2) if kind in {"bad", "old"}]
    with open_db.begin() as tx:
        people = PgRepository(Person, tx)
        report = people.import_csv(file("email,age", *lines), on_error="collect", on_conflict=on_conflict)
        told = sorted(bad + duplicates) if on_conflict == "raise" else bad
        assert [error.line for error in report.errors] == told
        assert report.skipped == (len(duplicates) if on_conflict == "skip" else 0)
        assert (report.rows, report.failed) == (len(kinds), len(told))
        assert report.inserted == people.count() == report.rows - report.skipped - report.failed

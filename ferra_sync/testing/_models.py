"""Hypothesis strategies of models, and of rows that are in a database with all that they reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeVar

import attrs

try:
    from hypothesis import reject
    from hypothesis import strategies as st
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] != "hypothesis":
        raise
    raise ModuleNotFoundError(
        "models and rows of ferra_sync.testing need Hypothesis: pip install 'ferra-sync[testing]'", name="hypothesis"
    ) from None

from ferra_sync._database.transaction import Executor
from ferra_sync._expression.sentinels import SERVER_DEFAULT, UNSET, Sentinel
from ferra_sync._model import type_hints
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import FerraModel, ModelMeta, Record
from ferra_sync._query.from_clause import from_
from ferra_sync._query.insert import insert_into
from ferra_sync._schema.constraints import ForeignKey
from ferra_sync.errors import QueryError
from ferra_sync.testing._limits import limits_of
from ferra_sync.testing._values import Values, Wanted, values_of

Model = TypeVar("Model", bound=Record[Any])
Read = TypeVar("Read", bound=FerraModel[Any])

_SHARED: Final = 10
"""Of how many rows that are there already a new one may be a child."""


def models(model: type[Model], /, **fields: object) -> st.SearchStrategy[Model]:
    """Return a strategy of instances of a model that its table takes.

    Values are of the column's type, length, precision and enum, None where it may be NULL, and the class's validators
    accept them: those of attrs are read, others are asked. A field whose default is `SERVER_DEFAULT` is left to the
    server, and one that may reference another row is None. What a CHECK asks for, a validator of the model must say.

    Args:
        model: a `FerraModel`, an `Insertable` or a `Changeset`.
        fields: values or strategies in place of these.

    Raises:
        QueryError: a field must reference another row: give it, or see `rows`. Or its type is a `t.custom`; or there is
            no such field.
    """
    meta = ModelMeta.of(model)
    _check_names(meta, fields)
    strategy: st.SearchStrategy[Model] = _built(meta, fields)
    for key in meta.table.foreign_keys:
        for field in _required(meta, key, fields):
            target = key.targets[0].ref.table.name
            raise QueryError(
                f"{model.__name__}.{field.name} references {target}:"
                f" say models({model.__name__}, {field.name}=…), or rows(db, {model.__name__}, …)"
            )
    return strategy


def rows(db: Executor, model: type[Read], /, *parents: type[Record[Any]], **fields: object) -> st.SearchStrategy[Read]:
    """Return a strategy that inserts what it draws, in front of it the rows that it references, and gives what is read.

    Drawing writes: `row = data.draw(rows(db, Post, User))` inside `with rehearsal(db) as db`. What a foreign key that
    may not be NULL references is one of the rows that are there, or a new one, of the model among `parents` that is of
    its table; and so on upwards. A row that is there already is drawn anew.

    Raises:
        QueryError: none of `parents` is of the table that a field references; or as `models` does.
    """
    meta = ModelMeta.of(model)
    if meta.purpose != "read":
        raise QueryError(f"rows gives what is read again, so it takes a FerraModel: {model.__name__} is none")
    _check_names(meta, fields)
    known = {each.table.ref.declared_by: each for each in map(ModelMeta.of, parents)}
    _check_parents(meta, fields, known, ())

    @st.composite
    def inserted(draw: st.DrawFn) -> Any:  # noqa: ANN401 - an instance of model
        row = draw(_built(meta, fields | _references(draw, db, meta, fields, known)))
        insert: Any = insert_into(_table(meta)).values(row)
        found = db.fetch_optional(insert.on_conflict().do_nothing().returning(model))
        return reject() if found is None else found

    return inserted()


def _table(meta: ModelMeta) -> Any:  # noqa: ANN401 - a table
    return meta.table.ref.owner


def _check_names(meta: ModelMeta, fields: dict[str, object]) -> None:
    names = [field.name for field in meta.fields]
    for name in fields:
        if name not in names:
            raise QueryError(f"{meta.model.__name__} has no field {name}; it has {', '.join(names)}")


def _required(meta: ModelMeta, key: ForeignKey[Any], fields: dict[str, object]) -> Iterator[FieldMeta]:
    """Yield the fields of a foreign key that must be given and are not."""
    for column in key.columns:
        field = meta.by_column.get(column.name)
        if field is not None and field.name not in fields and not _is_left(meta, field) and not _may_be_none(field):
            yield field


def _is_left(meta: ModelMeta, field: FieldMeta) -> bool:
    """Whether a field is left to the server, or out of an UPDATE."""
    return meta.purpose == "change" or field.attribute.default is SERVER_DEFAULT


def _may_be_none(field: FieldMeta) -> bool:
    return field.nullable and type_hints.allows_none(field.annotation)


# A model


def _built(meta: ModelMeta, fields: dict[str, object]) -> Any:  # noqa: ANN401 - a strategy of the model
    references = {column.name for key in meta.table.foreign_keys for column in key.columns}
    drawn: dict[str, Values] = {}
    for field in meta.fields:
        if field.attribute.init:
            name = field.attribute.alias or field.name
            drawn[name] = _given(fields[field.name]) if field.name in fields else _field(meta, field, references)

    @st.composite
    def built(draw: st.DrawFn) -> Any:  # noqa: ANN401 - an instance of the model
        values = {name: draw(strategy) for name, strategy in drawn.items()}
        try:
            return meta.model(**values)
        except Exception:  # noqa: BLE001 - a validator says no by whatever it raises, and may look at several fields
            return reject()

    return built()


def _given(value: object) -> Values:
    return value if isinstance(value, st.SearchStrategy) else st.just(value)


def _field(meta: ModelMeta, field: FieldMeta, references: set[str]) -> Values:
    if meta.purpose != "change" and field.attribute.default is SERVER_DEFAULT:
        return st.just(SERVER_DEFAULT)
    if field.column in references:
        return st.just(UNSET if meta.purpose == "change" else None)
    values = _valid(meta, field)
    if _may_be_none(field):
        values = st.none() | values
    return st.just(UNSET) | values if meta.purpose == "change" else values


def _valid(meta: ModelMeta, field: FieldMeta) -> Values:
    """Return the values of a field that its validators accept."""
    validator = None if attrs.validators.get_disabled() else field.attribute.validator

    def is_accepted(value: object) -> bool:
        try:
            if validator is not None:
                validator(None, field.attribute, value)
        except AttributeError:
            return True  # It looks at other fields of the row: it is asked when there is one.
        except Exception:  # noqa: BLE001 - as above
            return False
        return True

    try:
        values = values_of(Wanted(field.ref.type, limits_of(validator), _own(field), is_accepted))
    except QueryError as error:
        raise QueryError(f"{meta.model.__name__}.{field.name}: {error}") from None
    return values if validator is None else values.filter(is_accepted)


def _own(field: FieldMeta) -> Any:  # noqa: ANN401 - an annotation
    """Return a field's annotation without what stands for no value."""
    members = [each for each in type_hints.members(field.annotation) if not isinstance(each, Sentinel)]
    return Any if len(members) != len(list(type_hints.members(field.annotation))) else field.annotation


# Rows


def _check_parents(
    meta: ModelMeta, fields: dict[str, object], known: dict[Any, ModelMeta], above: tuple[ModelMeta, ...]
) -> None:
    """Raise QueryError where a row cannot be made, for there is no model of what it references."""
    if meta in above:
        raise QueryError(f"{meta.model.__name__} references itself through {above[-1].model.__name__}: give that field")
    for key in meta.table.foreign_keys:
        for field in _required(meta, key, fields):
            table = key.targets[0].ref.table
            if table.declared_by not in known:
                raise QueryError(
                    f"{meta.model.__name__}.{field.name} references {table.name}:"
                    f" say rows(db, …, <a model of {table.name}>), or {field.name}=…"
                )
            _check_parents(known[table.declared_by], {}, known, (*above, meta))


def _references(
    draw: st.DrawFn, db: Executor, meta: ModelMeta, fields: dict[str, object], known: dict[Any, ModelMeta]
) -> dict[str, object]:
    """Return the fields of the foreign keys that must be given, each of a row that is there now."""
    found: dict[str, object] = {}
    for key in meta.table.foreign_keys:
        required = list(_required(meta, key, fields | found))
        if required:
            values = _parent(draw, db, key, known)
            names = {column.name: value for column, value in zip(key.columns, values, strict=True)}
            found |= {field.name: names[field.column] for field in required}
    return found


def _parent(draw: st.DrawFn, db: Executor, key: ForeignKey[Any], known: dict[Any, ModelMeta]) -> tuple[Any, ...]:
    """Return the columns of a row that a foreign key may reference: of one that is there, or of a new one."""
    parent = known[key.targets[0].ref.table.declared_by]
    query: Any = from_(_table(parent)).order_by(*key.targets).limit(_SHARED).select(*key.targets)
    there = db.fetch_all(query)
    chosen = draw(st.sampled_from([*there, None])) if there else None
    if chosen is None:
        row = draw(_built(parent, _references(draw, db, parent, {}, known)))
        insert: Any = insert_into(_table(parent)).values(row)
        chosen = db.fetch_optional(insert.on_conflict().do_nothing().returning(*key.targets))
    if chosen is None:
        return reject()  # type: ignore[no-any-return,unused-ignore]  # it never returns
    return chosen if isinstance(chosen, tuple) else (chosen,)

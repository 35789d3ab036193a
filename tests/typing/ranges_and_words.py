"""Ranges, full text search and trigrams: what both checkers infer and, in the marked lines, reject."""

# pyright: strict

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Never, Self, assert_type

from domain import Comments, Events, Posts, Users

from ferra_sync import Aggregate, Constraint, Database, Expr, In, Opt, Plain, Table, from_, index, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()
now = datetime.now(UTC)
always = t.Range[datetime](None, None)
teens = t.Range(13, 20)


class Stays(Table):
    rooms = t.int4range()
    other = t.nullable(t.int4range())
    free = t.int4multirange(default=t.Multirange([t.Range(1, 3)]))
    taken = t.nullable(t.int4multirange())
    price = t.numrange()
    days = t.daterange(index="gist")
    when = t.nullable(t.tstzmultirange())
    room = t.integer()
    many = t.array(t.int4range())
    title = t.text()
    author = t.nullable(t.text())
    words = t.tsvector(generated_as=lambda: fn.to_tsvector("english", Stays.title), index="gin")
    notes = t.nullable(t.tsvector(generated_as=lambda: fn.to_tsvector("english", Stays.author)))
    asked = t.nullable(t.tsquery())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Self]]:
        return (
            index(cls.title, using="gin", operator_class="gin_trgm_ops"),
            index(cls.days, fn.lower(cls.days), using="gist", where=cls.rooms.contains(cls.room)),
        )


# Ranges

assert_type(
    db.fetch_all(from_(Stays).select(Stays.rooms, Stays.taken)), list[tuple[t.Range[int], t.Multirange[int] | None]]
)
assert_type(Stays.rooms.contains(1), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.rooms.contains(teens), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.rooms.contains(Stays.room), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.rooms.contains(Events.taken), Expr[In[Stays] | In[Events], bool, None, Plain])
assert_type(Stays.other.contains(Stays.rooms), Expr[In[Stays], bool, None, Plain])
assert_type(Stays.free.contains(Stays.rooms), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.free.contains(t.Multirange([teens])), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.taken.contains(3), Expr[In[Stays], bool, None, Plain])
assert_type(Stays.price.contains(Decimal(1)), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.price.contains(1), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.price.contains(Events.taken), Expr[In[Stays] | In[Events], bool, None, Plain])
assert_type(Events.period.contains(Events.ends_at), Expr[In[Events], bool, None, Plain])
assert_type(Events.starts_at.contained_by(Events.period), Expr[In[Events], bool, Never, Plain])
assert_type(Events.starts_at.contained_by(always), Expr[In[Events], bool, Never, Plain])
assert_type(Events.starts_at.contained_by(Stays.when), Expr[In[Events] | In[Stays], bool, None, Plain])
assert_type(Events.taken.contained_by(teens), Expr[In[Events], bool, None, Plain])
assert_type(Stays.rooms.contained_by(Stays.other), Expr[In[Stays], bool, None, Plain])
assert_type(Stays.rooms.contained_by(t.Multirange([teens])), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.rooms.overlaps(Stays.taken), Expr[In[Stays], bool, None, Plain])
assert_type(Stays.rooms.adjacent_to(teens), Expr[In[Stays], bool, Never, Plain])
assert_type(
    Stays.rooms.strictly_left_of(teens) & Stays.free.not_extend_left_of(teens), Expr[In[Stays], bool, Never, Plain]
)
assert_type(Stays.rooms.strictly_right_of(fn.int4range(Stays.room, 9)), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.rooms + Stays.other, Expr[In[Stays], t.Range[int], None, Plain])
assert_type(Stays.rooms * teens, Expr[In[Stays], t.Range[int], Never, Plain])
assert_type(Stays.free - Stays.taken, Expr[In[Stays], t.Multirange[int], None, Plain])
assert_type(fn.lower(Stays.rooms), Expr[In[Stays], int, None, Plain])
assert_type(fn.upper(Events.period), Expr[In[Events], datetime, None, Plain])
assert_type(fn.upper(Stays.when), Expr[In[Stays], datetime, None, Plain])
assert_type(fn.lower(Stays.author), Expr[In[Stays], str, None, Plain])
assert_type(fn.upper(Events.period) - fn.lower(Events.period), Expr[In[Events], timedelta, None, Plain])
assert_type(fn.isempty(Stays.taken), Expr[In[Stays], bool, None, Plain])
assert_type(fn.lower_inc(Stays.days), Expr[In[Stays], bool, Never, Plain])
assert_type(fn.range_merge(Stays.rooms, Stays.other), Expr[In[Stays], t.Range[int], None, Plain])
assert_type(fn.range_merge(Stays.rooms, teens), Expr[In[Stays], t.Range[int], Never, Plain])
assert_type(fn.range_merge(Stays.when), Expr[In[Stays], t.Range[datetime], None, Plain])
assert_type(fn.multirange(Stays.rooms) + Stays.free, Expr[In[Stays], t.Multirange[int], Never, Plain])
assert_type(fn.int4range(Stays.room, Events.taken, "[]"), Expr[In[Stays] | In[Events], t.Range[int], Never, Plain])
assert_type(fn.tstzrange(Events.starts_at, None), Expr[In[Events], t.Range[datetime], Never, Plain])
assert_type(fn.daterange(date(2026, 1, 1), Events.last_day), Expr[In[Events], t.Range[date], Never, Plain])
assert_type(fn.numrange(0, Events.price), Expr[In[Events], t.Range[Decimal], Never, Plain])
assert_type(fn.int8range(1, Events.taken), Expr[In[Events], t.Range[int], Never, Plain])
assert_type(
    db.fetch_one(from_(Stays).select(fn.range_agg(Stays.rooms), fn.range_intersect_agg(Stays.other))),
    tuple[t.Multirange[int] | None, t.Range[int] | None],
)
assert_type(fn.range_intersect_agg(Stays.when).contains(now), Expr[Opt[In[Stays]], bool, None, Aggregate])
update(Stays).all_rows().set(
    Stays.rooms.to(Stays.rooms * teens), Stays.taken.to(None), Stays.free.to(fn.multirange(Stays.rooms))
)
from_(Stays).inner_join(Events, on=Stays.days.contains(Events.day)).where(Events.starts_at.contained_by(Stays.when))

# Full text

assert_type(fn.to_tsvector("english", Stays.title), Expr[In[Stays], t.TsVector, Never, Plain])
assert_type(fn.to_tsvector("english", Stays.author), Expr[In[Stays], t.TsVector, None, Plain])
assert_type(fn.to_tsvector("simple", "a text"), Expr[Never, t.TsVector, Never, Never])
cats = fn.websearch_to_tsquery("english", "cats -dogs")
assert_type(cats, Expr[Never, t.TsQuery, Never, Never])
assert_type(fn.plainto_tsquery("english", Posts.title), Expr[In[Posts], t.TsQuery, Never, Plain])
assert_type(Stays.words.matches(cats), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.words.matches(Stays.asked), Expr[In[Stays], bool, None, Plain])
assert_type(Stays.notes.matches(cats), Expr[In[Stays], bool, None, Plain])
assert_type(cats & ~fn.to_tsquery("english", "mouse") | Stays.asked, Expr[In[Stays], t.TsQuery, None, Plain])
assert_type(
    fn.setweight(Stays.words, "A") + fn.to_tsvector("english", Posts.title),
    Expr[In[Stays] | In[Posts], t.TsVector, Never, Plain],
)
assert_type(fn.ts_rank(Stays.words, cats), Expr[In[Stays], float, Never, Plain])
assert_type(fn.ts_rank_cd(Stays.words, Stays.asked, weights=(0, 0, 1, 1)), Expr[In[Stays], float, None, Plain])
assert_type(fn.ts_headline("english", Stays.author, cats), Expr[In[Stays], str, None, Plain])
assert_type(fn.numnode(cats), Expr[Never, int, Never, Never])
assert_type(db.fetch_all(from_(Stays).select(Stays.words, Stays.asked)), list[tuple[t.TsVector, t.TsQuery | None]])
found = from_(Stays).where(Stays.words.matches(cats)).order_by(fn.ts_rank(Stays.words, cats).desc())
found.select(fn.ts_headline("english", Stays.title, cats, "MaxWords=20"), fn.literal(t.TsQuery("'a'"), t.tsquery()))

# Trigrams

assert_type(Stays.title.is_similar("x"), Expr[In[Stays], bool, Never, Plain])
assert_type(Stays.title.is_similar(Stays.author), Expr[In[Stays], bool, None, Plain])
assert_type(Stays.author.distance("x"), Expr[In[Stays], float, None, Plain])
assert_type(fn.similarity(Stays.title, Posts.title), Expr[In[Stays] | In[Posts], float, Never, Plain])
assert_type(fn.word_similarity("x", Stays.author), Expr[In[Stays], float, None, Plain])
assert_type(fn.show_trgm(Stays.title), Expr[In[Stays], list[str], Never, Plain])
from_(Stays).order_by(Stays.title.distance("x")).select(Stays.title)

# Rejected

Stays.rooms.contains("x")  # R621 a text in a range of numbers
Stays.rooms.contains(Stays.title)  # R622 … a text's column
Stays.rooms.contains(Stays.days)  # R623 a range of days in a range of numbers
Stays.free.contains(t.Range(now, None))  # R624 … a range of moments in a multirange
Stays.many.contains(1)  # R625 an element of a list of ranges
Stays.room.contains(1)  # R626 what is in a number
Stays.room.contained_by(Stays.days)  # R627 a number in a range of days
Stays.room.contained_by([teens])  # R628 … in a list
Stays.title.contained_by(teens)  # R629 a text in a range of numbers
Stays.rooms.overlaps(3)  # R630 a number that overlaps
Stays.room.overlaps(teens)  # R631 … a number's column
Stays.rooms.adjacent_to(Stays.days)  # R632 ranges of two types
Stays.rooms + Stays.free  # R633 a range and a multirange
Stays.rooms - 1  # R634 a number less than a range
Stays.rooms * Stays.price  # R635 what two ranges of two types have in common
fn.isempty(Stays.room)  # R636 an empty number
fn.upper(Stays.many)  # R637 the bound of a list
fn.range_merge(Stays.rooms)  # R638 one range
fn.multirange(Stays.free)  # R639 a multirange of a multirange
fn.int4range("a", None)  # R640 a text as a bound
fn.int4range(1, 2, "[[")  # R641 brackets that there are not
fn.daterange(Stays.room, None)  # R642 a number as a day
fn.range_agg(Stays.room)  # R643 the union of numbers
bound: list[int] = db.fetch_all(from_(Stays).select(fn.lower(Stays.rooms)))  # R644 a bound that may not be there
from_(Comments).where(Stays.rooms.contains(Comments.id))  # R645 a range of a table that is not joined
update(Stays).all_rows().set(Stays.rooms.to(Stays.free))  # R646 a multirange for a range
Stays.title.matches(cats)  # R647 a query in a text
Stays.words.matches(Stays.words)  # R648 a vector in a vector
cats & "dogs"  # R649 a text beside a query
cats | (Stays.room == 1)  # R650 a predicate beside a query
(Stays.room == 1) & cats  # R651 a query beside a predicate
~Stays.words  # R652 what is not a vector
Stays.words + "cat"  # R653 a text at the end of a vector
fn.ts_rank(Stays.title, cats)  # R654 the rank of a text
fn.setweight(Stays.words, "E")  # R655 a weight that there is not
fn.to_tsvector("english", Stays.room)  # R656 the words of a number
fn.numnode(Stays.words)  # R657 the nodes of a vector
words: list[str] = db.fetch_all(from_(Stays).select(Stays.asked))  # R658 a query that may be NULL
from_(Stays).where(cats)  # R659 a query that is sought in nothing
Stays.room.is_similar("x")  # R660 a number like a text
Stays.title.distance(1)  # R661 the distance to a number
fn.show_trgm(Stays.room)  # R662 the trigrams of a number
t.tsvector(index="btree")  # R663 an index that says what it is anyway
index(Stays.words, using="bitmap")  # R664 an index that there is not
select(Users).where(Users.name.is_similar(Posts.title))  # R665 a text of another table

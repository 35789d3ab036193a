"""Full text search and trigrams, over a few articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import pytest
from databases import database_with
from none_in_rows import items_that_may_be_none

from ferra_sync import SERVER_DEFAULT, Database, Db, FerraModel, QueryError, Table, from_, index, insert_into, select
from ferra_sync import functions as fn
from ferra_sync import types as t


class Articles(Table):
    id = t.serial(primary_key=True)
    title = t.text()
    body = t.varchar(200)
    author = t.nullable(t.citext())
    words = t.tsvector(
        generated_as=lambda: (
            fn.setweight(fn.to_tsvector("english", Articles.title), "A")
            + fn.setweight(fn.to_tsvector("english", Articles.body), "D")
        ),
        index="gin",
    )
    asked = t.nullable(t.tsquery())

    @classmethod
    def __constraints__(cls) -> Sequence[Any]:
        return [index(cls.title, using="gist", operator_class="gist_trgm_ops")]


@attrs.frozen
class Article(FerraModel[Articles]):
    title: str
    body: str
    author: str | None = None
    asked: t.TsQuery | None = None
    words: t.TsVector = SERVER_DEFAULT


ARTICLES = [
    Article("Fat cats", "They sat on a mat and ate rats.", "Ann", t.TsQuery("'rat'")),
    Article("Dogs", "A fat dog chases no cat, but a rat.", "Bob"),
    Article("Rats and mice", "Nobody likes them.", None, t.TsQuery("!'rat'")),
]


def asks(text: str) -> Any:
    return fn.websearch_to_tsquery("english", text)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Articles) as db:
        for article in ARTICLES:
            db.execute(insert_into(Articles).values(article))
        yield db


def titles(db: Database, predicate: Any) -> list[str]:
    return db.fetch_all(from_(Articles).where(predicate).order_by(Articles.id).select(Articles.title))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (asks("cat"), ["Fat cats", "Dogs"]),
        (asks("cat -dog"), ["Fat cats"]),
        (asks('"fat cat"'), ["Fat cats"]),
        (asks("mice or dogs"), ["Dogs", "Rats and mice"]),
        (asks("the"), []),
        (fn.plainto_tsquery("english", "fat rats"), ["Fat cats", "Dogs"]),
        (fn.phraseto_tsquery("english", "a fat cat"), ["Fat cats"]),
        (fn.to_tsquery("english", "fat & !dog"), ["Fat cats"]),
        (fn.to_tsquery("english", "mou:* | rat:A"), ["Rats and mice"]),
        (asks("fat") & asks("mat"), ["Fat cats"]),
        (asks("mat") | asks("mice"), ["Fat cats", "Rats and mice"]),
        (~asks("cat"), ["Rats and mice"]),
        (~(asks("mat") | asks("mice")) & asks("fat"), ["Dogs"]),
        (fn.plainto_tsquery("english", Articles.title), ["Fat cats", "Dogs", "Rats and mice"]),
        (fn.plainto_tsquery("english", Articles.author), []),
        (Articles.asked, ["Fat cats"]),
        (fn.literal(t.TsQuery("'mat' | 'chase'"), t.tsquery()), ["Fat cats", "Dogs"]),
    ],
)
def test_a_document_is_found_by_a_query(db: Database, query: Any, found: list[str]) -> None:
    assert titles(db, Articles.words.matches(query)) == found


def test_a_document_need_not_be_stored_as_a_vector(db: Database) -> None:
    document = fn.to_tsvector("english", Articles.title) + fn.to_tsvector("simple", Articles.body)
    assert titles(db, document.matches(fn.to_tsquery("simple", "they"))) == ["Fat cats"]
    assert titles(db, fn.to_tsvector("english", Articles.author).matches(asks("ann"))) == ["Fat cats"]
    assert db.fetch_one(select(fn.to_tsvector("english", "fat cats sat"))) == "'cat':2 'fat':1 'sat':3"


def test_where_a_document_or_a_query_may_be_null_the_answer_may_be() -> None:
    vector = fn.to_tsvector("english", Articles.author)
    for answer in (vector.matches(asks("x")), Articles.words.matches(Articles.asked), fn.numnode(~Articles.asked)):
        assert items_that_may_be_none(from_(Articles).select(answer)) == [True]
    sure = Articles.words.matches(asks("x") & asks("y"))
    assert items_that_may_be_none(from_(Articles).select(sure)) == [False]


def test_answers_are_ranked_and_shown(db: Database) -> None:
    query = asks("rat")
    by_rank = from_(Articles).where(Articles.words.matches(query)).order_by(fn.ts_rank(Articles.words, query).desc())
    assert db.fetch_all(by_rank.select(Articles.title))[0] == "Rats and mice"
    ranks = db.fetch_all(by_rank.select(fn.ts_rank_cd(Articles.words, query, weights=(1, 1, 1, 0), normalization=1)))
    assert ranks[0] == 0
    shown = fn.ts_headline("english", Articles.body, asks("cat"), "StartSel=*, StopSel=*")
    assert db.fetch_all(from_(Articles).where(Articles.id == 2).select(shown)) == [
        "A fat dog chases no *cat*, but a rat."
    ]
    assert db.fetch_one(select(fn.numnode(asks("fat cat")), fn.numnode(asks("the")))) == (3, 0)


def test_a_model_reads_a_vector_as_its_text(db: Database) -> None:
    found = db.fetch_one(select(Article).where(Articles.words.matches(asks("mice"))))
    assert found == attrs.evolve(ARTICLES[2], words=t.TsVector("'like':5 'mice':3A 'nobodi':4 'rat':1A"))
    assert db.fetch_one(from_(Articles).where(Articles.words == found.words).select(Articles.title)) == found.title


@pytest.mark.refused_by_the_server
def test_a_configuration_that_the_database_has_not_is_the_servers_error(db: Database) -> None:
    with pytest.raises(Db, match='text search configuration "klingon" does not exist'):
        db.fetch_one(select(fn.to_tsvector("klingon", "x")))
    with pytest.raises(Db, match="syntax error in tsquery"):
        db.fetch_one(select(fn.to_tsquery("english", "two words")))


def test_texts_that_are_alike_are_found_and_sorted(db: Database) -> None:
    assert titles(db, Articles.title.is_similar("fat cat")) == ["Fat cats"]
    assert titles(db, Articles.title.is_similar(Articles.author + "x")) == []
    by_distance = from_(Articles).order_by(Articles.title.distance("rats an mice")).select(Articles.title)
    assert db.fetch_all(by_distance)[0] == "Rats and mice"
    row = db.fetch_one(
        from_(Articles).find(1).select(
            fn.similarity(Articles.title, "fat cat") + Articles.title.distance("fat cat"),
            fn.word_similarity("cats", Articles.title),
            fn.show_trgm(Articles.author),
            Articles.author.is_similar("ANN"),
        )
    )  # fmt: skip
    assert row == (1.0, 1.0, ["  a", " an", "ann", "nn "], True)
    nullable = [Articles.author.is_similar("x"), Articles.title.distance(Articles.author)]
    assert items_that_may_be_none(from_(Articles).select(*nullable)) == [True, True]


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Articles.words.matches("cat"), r"^@@ takes a tsquery, not str: say fn\.websearch_to_tsquery\(…\)$"),
        (lambda: Articles.words.matches(Articles.title), "^@@ takes a tsquery, not text"),
        (lambda: Articles.title.matches(asks("x")), r"articles\.title is text: say fn\.to_tsvector\(…\)$"),
        (lambda: asks("x") & "y", "^&& takes a tsquery, not str"),
        (lambda: asks("x") | (Articles.id == 1), r"^\|\| takes a tsquery, not boolean"),
        (lambda: (Articles.id == 1) & asks("x"), "^and takes predicates"),
        (lambda: asks("x") + asks("y"), r"^\+ takes numbers; the expression is tsquery$"),
        (lambda: Articles.words + asks("y"), r"^articles\.words is tsvector; the expression is tsquery$"),
        (lambda: ~Articles.words, "^~ takes predicates"),
        (lambda: Articles.words.like("%cat%"), r"^like takes text; articles\.words is tsvector$"),
        (lambda: fn.lower(Articles.words), "^lower takes text, not tsvector$"),
        (lambda: fn.to_tsvector(Articles.title, "x"), "^to_tsvector takes the name of a configuration first"),
        (lambda: fn.to_tsvector("english", Articles.id), "^an argument of to_tsvector is text, not integer$"),
        (lambda: fn.to_tsvector("english", 1), "^an argument of to_tsvector is text"),
        (lambda: fn.ts_rank(Articles.title, asks("x")), "^an argument of ts_rank is tsvector, not text$"),
        (lambda: fn.ts_rank(Articles.words, asks("x"), weights=(1, 1)), "^ts_rank takes four weights"),
        (lambda: fn.setweight(Articles.words, "E"), "^setweight takes one of A, B, C, D$"),
        (lambda: fn.max(Articles.words), "^PostgreSQL has no max of tsvector"),
        (lambda: Articles.id.is_similar("x"), r"^% takes text; articles\.id is integer$"),
        (lambda: Articles.title.is_similar(1), "^what % compares is text"),
        (lambda: Articles.title.distance(Articles.id), r"^<-> takes text; articles\.id is integer$"),
        (lambda: Articles.title.distance(None), "is always NULL$"),
    ],
)
def test_what_can_mean_nothing_is_refused(build: Callable[[], Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        build()

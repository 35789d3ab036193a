from __future__ import annotations

from ferra_sync._compiler.layout import laid_out


def test_a_string_and_a_quoted_name_stay_as_they_are() -> None:
    sql = """SELECT 'a,  b'' FROM (x',"t "" WHERE  y" FROM "t "" WHERE  y" WHERE ("SELECT" = ' UNION ')"""
    assert laid_out(sql).splitlines() == [
        """SELECT 'a,  b'' FROM (x', "t "" WHERE  y\"""",
        '''FROM "t "" WHERE  y"''',
        """WHERE ("SELECT" = ' UNION ')""",
    ]


def test_words_that_begin_a_clause_elsewhere_begin_none_inside_an_expression() -> None:
    sql = 'SELECT ("a" IS DISTINCT FROM $1),"mode"() WITHIN GROUP (ORDER BY "a") FROM "t" FOR UPDATE'
    assert laid_out(sql).splitlines() == [
        'SELECT ("a" IS DISTINCT FROM $1), "mode"() WITHIN GROUP (ORDER BY "a")',
        'FROM "t"',
        "FOR UPDATE",
    ]
    assert laid_out('INSERT INTO "t" VALUES ($1) ON CONFLICT ("a") DO UPDATE SET "b"=$2').splitlines() == [
        'INSERT INTO "t"',
        "VALUES ($1)",
        'ON CONFLICT ("a")',
        'DO UPDATE SET "b"=$2',
    ]


def test_what_does_not_fit_on_a_line_is_broken_at_commas_and_at_and() -> None:
    name = f'"{"n" * 40}"'
    assert laid_out(f"SELECT {name} FROM {name} WHERE ({name} BETWEEN 1 AND 2 AND {name})").splitlines() == [
        f"SELECT {name}",
        f"FROM {name}",
        "WHERE (",
        f"    {name} BETWEEN 1 AND 2",
        f"    AND {name}",
        ")",
    ]
    assert laid_out(f"SELECT f({name},{name},{name})").splitlines() == [
        "SELECT f(",
        f"    {name},",
        f"    {name},",
        f"    {name}",
        ")",
    ]


def test_the_queries_of_with_stand_below_it() -> None:
    sql = (
        'WITH RECURSIVE "a"("x") AS ((SELECT 1) UNION ALL (SELECT "x" FROM "a")) SEARCH BREADTH FIRST BY "x" SET "o",'
        '"b"("y") AS MATERIALIZED (DELETE FROM "t" RETURNING "y") SELECT "x" FROM "a",LATERAL (SELECT 2) AS "c"'
    )
    assert laid_out(sql).splitlines() == [
        "WITH RECURSIVE",
        '    "a"("x") AS (',
        "        (",
        "            SELECT 1",
        "        )",
        "        UNION ALL (",
        '            SELECT "x"',
        '            FROM "a"',
        "        )",
        '    ) SEARCH BREADTH FIRST BY "x" SET "o",',
        '    "b"("y") AS MATERIALIZED (',
        '        DELETE FROM "t"',
        '        RETURNING "y"',
        "    )",
        'SELECT "x"',
        "FROM",
        '    "a",',
        "    LATERAL (",
        "        SELECT 2",
        '    ) AS "c"',
    ]

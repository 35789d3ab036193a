"""A CSV file's records: their lines, their values, and what becomes of broken ones."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync._model.csv_lines import records


def read(content: bytes, delimiter: str = ",") -> list[tuple[Any, ...]]:
    found = records(io.BytesIO(content), delimiter)
    return [(line, problem if problem is not None else list(cells)) for line, cells, problem in found]


def test_nothing_is_none_and_a_pair_of_marks_an_empty_text():
    assert read(b'a,,""\n') == [(1, ["a", None, ""])]
    assert read(b',"",') == [(1, [None, "", None])]


def test_lines_are_counted_as_an_editor_does():
    content = b'\xef\xbb\xbfa,b\r\n1,"x\r\ny\n"""\n\n2,\xc3\xa9\n'
    assert read(content) == [(1, ["a", "b"]), (2, ["1", 'x\r\ny\n"']), (6, ["2", "é"])]


def test_an_empty_line_is_a_row_where_there_is_one_column():
    assert read(b"a\n\n1\n") == [(1, ["a"]), (2, [None]), (3, ["1"])]
    assert read(b"\n\na,b\n\n1,2\n") == [(3, ["a", "b"]), (5, ["1", "2"])]
    assert read(b"") == read(b"\n") == []


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(delimiter):
    assert read(f'a{delimiter}"b{delimiter}"\n'.encode(), delimiter) == [(1, ["a", f"b{delimiter}"])]


BROKEN = {
    b'5" disk,x\n': "has a quotation mark inside a value: write it twice, and the value in marks",
    b'"a"b,x\n': "has something after a closing quotation mark",
    b'x,"open\n': "has a quotation mark that is not closed",
    b"\xff,x\n": "is not UTF-8",
}


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_line_spoils_no_other(line):
    content = b"a,b\n" + line + b'1,2\n3,"4"\n' + line + b"5,6\n"
    problem = BROKEN[line]
    good = [(3, ["1", "2"]), (4, ["3", "4"]), (6, ["5", "6"])]
    assert read(content) == sorted([(1, ["a", "b"]), (2, problem), (5, problem), *good], key=lambda record: record[0])


def test_a_mark_that_is_not_closed_is_looked_for_only_so_far(monkeypatch):
    monkeypatch.setattr("ferra_sync._model.csv_lines._LONGEST", 100)
    lines = b"".join(b"%d,x\n" % number for number in range(1_000))
    found = read(b'a,b\n"open,\n' + lines + b'7,"\n"\n')
    assert found[1] == (2, "has a quotation mark that is not closed")
    assert found[2:1002] == [(number + 3, [str(number), "x"]) for number in range(1_000)]
    assert found[1002] == (1003, ["7", "\n"])


cells = st.text(st.sampled_from('a,;"\n\r é'), min_size=1, max_size=4) | st.just("")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5))
def test_what_another_writer_has_written_is_read(rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    assert [cells for _, cells in read(text.getvalue().encode())] == rows

"""Downloads for spreadsheets: readable in Japanese, and nothing in them runs."""

from datetime import date

import pytest

from api.csv_files import csv_file


def cells(value: object) -> str:
    body = bytes(csv_file("sample.csv", ("a",), [(value,)]).body)
    return body.decode("utf-8").split("\r\n")[1]


def test_the_file_says_what_it_is() -> None:
    answer = csv_file("sample.csv", ("名前",), [("見本",)])

    assert answer.headers["content-disposition"] == 'attachment; filename="sample.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert bytes(answer.body) == "\ufeff名前\r\n見本\r\n".encode()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+81", "'+81"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        (-1, "-1"),
        (None, '""'),
        (date(2026, 11, 22), "2026-11-22"),
        ("a,b", '"a,b"'),
        ("plain", "plain"),
    ],
)
def test_a_cell_that_would_run_is_text(value: object, cell: str) -> None:
    assert cells(value) == cell

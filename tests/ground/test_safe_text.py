"""Text that strangers wrote does nothing but be read."""

from __future__ import annotations

import csv
import io
import sys
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.safe_text import MASK, MAX_MARKS, clean, for_csv, for_log, for_screen, redact

# Lone surrogates included: JSON lets them in.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
NASTY = st.lists(
    st.sampled_from(
        [
            *"aZ1 =+-@;'\"<[]/\\,.…•⏎",
            *"\x00\x07\x08\t\n\x0b\r\x1b\x7f\x85\x90\x9b\x9c\x9d\x9f\xad",
            *"\u0301\u0316\u0344\u0f73\u200b\u200d\u202e\u2028\u2066\ufe0f\ufeff\ud83d\ude00\udc00\uffff",
            *"\U0001f469\U0001f4bb\U000e0041\u1100\u1161\u3164\u0958",
            *(
                "\x1b[",
                "\x1b]",
                "\x1b\\",
                "[31m",
                "]52;c;",
                "token=",
                "Bearer ",
                "key:",
                " 1/2",
                "://",
                "@",
                "https://",
            ),
        ]
    ),
    max_size=60,
).map("".join)
TEXTS = st.one_of(ANY_TEXT, NASTY)
WAYS_OUT: list[Callable[[str], str]] = [clean, for_screen, for_log, for_csv, redact]


@pytest.mark.parametrize("way", WAYS_OUT)
@given(text=TEXTS)
def test_every_function_takes_any_text_and_changes_nothing_the_second_time(
    way: Callable[[str], str], text: str
) -> None:
    once = way(text)
    assert way(once) == once


@pytest.mark.parametrize("way", [clean, for_screen, for_log, for_csv])
@given(text=TEXTS)
def test_no_character_a_terminal_obeys_is_left(way: Callable[[str], str], text: str) -> None:
    allowed = "\n\t" if way in (clean, for_csv) else ""
    left = [
        char
        for char in way(text)
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") and char not in allowed
    ]
    assert not left
    assert not set(way(text)) & set(
        "\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )


@given(text=TEXTS)
def test_clean_text_can_be_stored_as_utf_8_and_is_nfc(text: str) -> None:
    clean(text).encode("utf-8")
    assert unicodedata.is_normalized("NFC", clean(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("dos\r\nmac\rend\u2028", "dos\nmac\nend\n"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b[38;2;1;2;3mtrue colour", "true colour"),
        ("\x1b]52;c;ZXZpbA==\x07clipboard", "clipboard"),
        ("\x1b]0;title\x1b\\kept", "kept"),
        ("\x9d8;;http://evil\x9clink", "link"),
        ("\x1bP1$tpayload\x1b\\dcs", "dcs"),
        ("\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\end", "end"),
        ("\x1b(0line drawing", "line drawing"),
        ("\x1bcreset", "reset"),
        ("\x1b]0;never ended", "]0;never ended"),
        ("\x1b\x1b[31m[31m", "[31m"),
        ("nul\x00 bell\x07 del\x7f", "nul bell del"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2066isolate\u2069", "isolate"),
        ("zero\u200bwidth\u2060\ufeff", "zerowidth"),
        ("ta\U000e0067\U000e0062g", "tag"),
        ("e\u0301", "é"),
        ("\ud800 alone", "\ufffd alone"),
        ("\ud83d\ude00", "😀"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("a\u200db", "ab"),
        ("\u3164", ""),
        ("soft\u00adhyphen", "softhyphen"),
        ("Zürich – “quoted” ½ 東京 עברית", "Zürich – “quoted” ½ 東京 עברית"),
    ],
)
def test_cleaning(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_marks_cannot_paint_over_other_lines() -> None:
    flooded = clean("Z" + "\u0301" * 10_000 + "algo")
    assert sum(unicodedata.category(char)[0] == "M" for char in flooded) <= MAX_MARKS
    assert flooded.endswith("algo")


def test_every_mark_unicode_knows_is_capped() -> None:
    loose = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code))[0] == "M" and len(clean("a" + chr(code) * 60)) > 3 * MAX_MARKS
    ]
    assert not loose


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]" * 50_000,
        "\x9d" * 100_000,
        "\x1b[" + "0" * 100_000,
        "\u0301\u0316" * 50_000,
        "token" + " " * 100_000,
        "x-" * 50_000,
        "x-a" * 50_000,
        "key:" * 50_000,
        "a-" * 50_000,
        "https://" + "a" * 100_000,
        "://:" * 50_000,
        "authorization:" * 10_000,
        " " * 100_000 + "=",
    ],
    ids=lambda text: repr(text[:8]),
)
def test_no_text_is_slow(text: str) -> None:
    start = time.process_time()
    for way in WAYS_OUT:
        way(text)
    # Quadratic work on these takes minutes; the bound leaves room for a busy machine.
    assert time.process_time() - start < 5


def test_markup_stays_readable_text_on_screen() -> None:
    assert for_screen("[Sold out] [/red] [@click=app.quit]x[/]") == "[Sold out] [/red] [@click=app.quit]x[/]"


def test_a_text_for_the_screen_is_one_line_and_has_an_end() -> None:
    assert for_screen("a\r\n\n\tb") == "a b"
    assert for_screen("x" * 10_000) == "x" * 499 + "…"
    assert for_screen("abcdef", max_length=4) == "abc…"
    assert for_screen("abcd", max_length=4) == "abcd"


@given(text=TEXTS, length=st.integers(0, 40))
def test_no_text_for_the_screen_is_longer_than_asked(text: str, length: int) -> None:
    assert len(for_screen(text, length)) <= max(1, length)


def test_a_log_line_cannot_be_forged() -> None:
    assert for_log('ok\n{"level": "error"}\r\nnext') == 'ok⏎{"level": "error"}⏎next'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 123", "'+49 30 123"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\tindented", "'\tindented"),
        ("\r=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\u200b=1", "'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("-5.2", "-5.2"),
        ("-17", "-17"),
        ("5", "5"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_no_spreadsheet_takes_a_cell_for_a_formula(text: str, expected: str) -> None:
    assert for_csv(text) == expected


@given(text=TEXTS)
def test_a_cell_comes_back_from_csv_as_it_was_written(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([for_csv(text)])
    assert next(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [for_csv(text)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Authorization: Bearer S3CRET", "Authorization: Bearer "),
        ("{'authorization': 'Basic S3CRET='}", "{'authorization': 'Basic "),
        ("got bearer S3CRET, gave up", "gave up"),
        ("GET /v3/events/?token=S3CRET&page=2", "&page=2"),
        (
            "X-Rate-Limit: token:S3CRET 69/2000 reset=874s, key:S3CRET 69/2000 reset=874s",
            "69/2000 reset=874s",
        ),
        ('{"access_token": "S3CRET", "a": 1}', '"a": 1'),
        ("client_secret=S3CRET", "client_secret="),
        ("X-Api-Key: S3CRET", "X-Api-Key: "),
        ("https://maps?key=S3CRET", "https://maps"),
        ("https://S3CRET@host/v3", "@host/v3"),
        ("postgresql://user:S3CRET@host/db", "postgresql://user:"),
    ],
)
def test_what_looks_like_a_token_is_masked(text: str, kept: str) -> None:
    for way in (redact, for_log):
        assert "S3CRET" not in way(text)
        assert MASK in way(text)
        assert kept in way(text)


def test_known_secrets_are_masked_wherever_they_stand() -> None:
    assert redact("a hunter2x b hunter2", ["hunter2", "hunter2x"]) == f"a {MASK} b {MASK}"


def test_a_secret_too_short_to_be_one_does_not_shred_the_text() -> None:
    assert redact("banana", ["a", ""]) == "banana"


@pytest.mark.parametrize(
    "text", ["The bearer of news: key: A minor", "Token Ring, Secret Garden", "password reset"]
)
def test_ordinary_words_stay_on_the_screen(text: str) -> None:
    assert for_screen(text) == text

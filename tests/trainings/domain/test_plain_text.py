import pytest

from trainings.domain.plain_text import one_line, plain_text


@pytest.mark.parametrize(
    ("typed", "text", "line"),
    [
        ("Loger", "Loger", "Loger"),
        ("", "", ""),
        ("\x00\x1b\ufffe", "", ""),
        ("un\r\ndeux\rtrois\u2028quatre", "un\ndeux\ntrois\nquatre", "un deux trois quatre"),
        ("un\n\n  deux", "un\n\n  deux", "un deux"),
        ("un\tdeux", "un deux", "un deux"),
        ("lo\x00ge\ud800r\uffff", "loger", "loger"),
        ("9\u00a0h\u202f30", "9\u00a0h\u202f30", "9\u00a0h\u202f30"),
        ("  au milieu  ", "au milieu", "au milieu"),
    ],
    ids=repr,
)
def test_what_programs_read_has_no_control_and_keeps_its_words(typed, text, line):
    assert (plain_text(typed), one_line(typed)) == (text, line)

"""The table of answers: every row is a legal answer and says nothing but its fixed words."""

import re

import pytest

from daemon.edge.smtp.answers import Reply, lines

ROW = re.compile(rb"[2-5][0-5][0-9] ([245]\.[0-7]\.[0-9]{1,2} )?[ -~]+\Z")


@pytest.mark.parametrize("reply", Reply, ids=lambda reply: reply.name)
def test_a_row_is_a_short_line_whose_two_codes_agree(reply: Reply) -> None:
    assert ROW.match(reply.line)
    assert len(reply.line) < 200
    if reply.value[1]:  # RFC 2034 section 4: the class of the enhanced code is the first digit of the code
        assert reply.value[1][0] == str(reply.code)[0]
    else:
        assert reply.code == 354 or reply.code < 300


def test_an_answer_of_several_lines_marks_all_but_the_last() -> None:
    assert lines(250, ("hd.test", "SIZE 10", "HELP")) == b"250-hd.test\r\n250-SIZE 10\r\n250 HELP"

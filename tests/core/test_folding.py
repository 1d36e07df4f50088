"""Lines are compared in one form: one case, one kind of space, colon and apostrophe, and nothing without width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.quoting.folding import plain


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("On\tMonday", "on monday"),
        ("Le\xa0lundi\u202f3\u3000mai", "le lundi 3 mai"),
        ("\u200bÜber\u00ad\ufeff \u202awords\u202c", "über words"),
        ("l\u2019a \u00b4crit\uff1a", "l'a 'crit:"),
        ("İstanbul", "istanbul"),
        ("STRASSE Straße", "strasse strasse"),
    ],
)
def test_what_looks_alike_is_alike(written: str, folded: str) -> None:
    assert plain(written) == folded


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_text_is_folded_letter_by_letter(one: str, other: str) -> None:
    assert plain(f"é{one}{other}") == plain(f"é{one}") + plain(f"é{other}").removeprefix("é")
    assert plain(one).count("\n") == one.count("\n")

"""Address lists are read as people and machines write them, and nobody can pose as another."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daemon.core.mail.mime.mailbox import MAX_MAILBOXES, by_grammar, read


def pairs(value: str) -> list[tuple[str, str]]:
    return [(one.name, one.address) for one in read(value).addresses]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@b.test", [("", "a@b.test")]),
        ("<a@B.Test>", [("", "a@b.test")]),
        ("Anna Bo <a@b.test>", [("Anna Bo", "a@b.test")]),
        ('"Bo, Anna" <a@b.test>, c@d.test', [("Bo, Anna", "a@b.test"), ("", "c@d.test")]),
        ("a@b.test (Anna (the) Bo)", [("Anna (the) Bo", "a@b.test")]),
        ("=?utf-8?q?J=C3=BCrgen?= =?utf-8?q?_M?= <j@m.test>", [("Jürgen M", "j@m.test")]),
        ("a@b.test; c@d.test", [("", "a@b.test"), ("", "c@d.test")]),
        ("Friends: a@b.test, C <c@d.test>; e@f.test", [("", "a@b.test"), ("C", "c@d.test"), ("", "e@f.test")]),
        ("undisclosed-recipients:;", []),
        ("Pete <pete(his account)@silly.test>", [("Pete", "pete@silly.test")]),
        ("<@relay.test,@other.test:a@b.test>", [("", "a@b.test")]),
        ('"john doe"@b.test', [("", '"john doe"@b.test')]),
        ("jdoe@test   . example", [("", "jdoe@test.example")]),
        ("a@[IPv6:2001:db8::1]", [("", "a@[ipv6:2001:db8::1]")]),
        ("MAILER-DAEMON (Mail Delivery System)", [("Mail Delivery System", "MAILER-DAEMON")]),
        ("Anna (anna@b.test)", [("Anna", "anna@b.test")]),
        ('"A, B" <a@e.test', [("A, B", "a@e.test")]),
        ('"never closed <a@b.test>', [("never closed", "a@b.test")]),
        ("", []),
        (",,;,", []),
        ('"Anna" <>', []),
    ],
)
def test_mailboxes_are_found(value: str, found: list[tuple[str, str]]) -> None:
    assert pairs(value) == found


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("bob@team.test <x@evil.test>", "x@evil.test"),
        ("=?utf-8?q?bob=40team=2Etest=3E?= <x@evil.test>", "x@evil.test"),
        ('"bob@team.test" <x@evil.test>', "x@evil.test"),
        ("bob@team.test: x@evil.test;", "x@evil.test"),
        ('"<bob@team.test>" <x@evil.test>', "x@evil.test"),
    ],
)
def test_a_name_that_looks_like_an_address_is_a_name(value: str, address: str) -> None:
    assert [found for _, found in pairs(value)] == [address]


@pytest.mark.parametrize("value", ["a@b.test", "Anna <a@b.test>", '"Bo, A." <a@b.test>', "=?utf-8?q?A?= <a@b.test>"])
def test_a_well_formed_author_is_regular(value: str) -> None:
    assert read(value).regular


@pytest.mark.parametrize(
    "value",
    [
        "bob@team.test <x@evil.test>", "<bob@team.test> x@evil.test", "<bob@team.test> <x@evil.test>",
        "bob@team.test x@evil.test", "bob@team.test: x@evil.test;", "G: bob@team.test;", '"bob <bob@team.test>',
        "<bob@team.test", "Anna (bob@team.test)", "bob",
    ],
)  # fmt: skip
def test_anything_else_is_not(value: str) -> None:
    assert not read(value).regular


def test_a_list_has_an_end() -> None:
    assert len(read("a@b.test," * 3000).addresses) == MAX_MAILBOXES


@example('":@ ."')
@example('(@;: ")')
@given(st.text(alphabet='ab@.<>"\\(),;: \t=?', max_size=60))
def test_no_value_raises_and_every_address_is_whole(value: str) -> None:
    for one in read(value).addresses:
        assert one.address
        assert not set(one.address) & set("\r\n\t<>")
        assert one.address == one.address.strip()


@given(st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.test", fullmatch=True), st.text(alphabet='ab@."\\ ', max_size=20))
def test_a_quoted_name_never_changes_the_address(address: str, name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    assert [found for _, found in pairs(f'"{quoted}" <{address}>')] == [address]


PLAIN = st.text("aB9 ._-\"'", max_size=12)
ATOMS = st.text("aB9._+=-@", max_size=12)


@given(
    st.builds("{}{}{}@{}{}".format, PLAIN, st.sampled_from(["", "<", " <", " "]), ATOMS, ATOMS, st.sampled_from(">, "))
)
@example('"Anna Bo" <anna.bo@B.Test>')
@example("Anna Bo <anna.bo@b.test>")
@example("anna.bo@b.test")
@example("<a@b>")
@example('"Anna <a@b.test>')
@example("a@b.test.")
@example(f"{'a' * 64}@{'b' * 256}")
def test_what_is_read_at_once_is_read_as_by_the_grammar(value: str) -> None:
    assert read(value) == by_grammar(value)

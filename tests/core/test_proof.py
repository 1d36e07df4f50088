"""Who really sent it: only our own server's word counts, and of several words the worst."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.proof import is_trusted, prove, read_results
from daemon.core.settings import Smtp
from store.model.message import Address, Door, Message, Proven
from tests.core.given import envelope, message

SMTP = Smtp(trusted_peers=("127.0.0.1", "10.1.0.0/16", "::1"), trusted_authserv=("mx.hd.test",))
GOOD = "mx.hd.test; dkim=pass header.d=team.test header.s=s1 header.b=AbCd=; dmarc=pass header.from=team.test"


def level(*results: str, author: str = "bob@team.test", path: str = "bob@team.test", peer: str = "127.0.0.1") -> Proven:
    return prove(by(author, *results), envelope(path, peer=peer), SMTP).level


def by(author: str, *results: str) -> Message:
    return message(*(("authentication-results", value) for value in results), sender=Address("Bob", author))


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (GOOD, Proven.DMARC),
        ("MX.hd.test 1; dmarc=pass header.from=TEAM.test", Proven.DMARC),
        ("mx.hd.test; dkim=pass header.d=team.test", Proven.DKIM),
        ("mx.hd.test; dkim=pass header.i=@team.test", Proven.DKIM),
        ("mx.hd.test; dkim=fail header.d=x.test; dkim=pass header.d=team.test", Proven.DKIM),
        ("mx.hd.test; dkim/1 = pass (good) header.d = team.test", Proven.DKIM),
        ("mx.hd.test; spf=pass smtp.mailfrom=team.test", Proven.SPF),
        ("mx.hd.test; spf=pass smtp.mailfrom=bob@team.test", Proven.SPF),
        ("mx.hd.test (a; dmarc=fail) ; dmarc=pass (p=none; b) header.from=team.test", Proven.DMARC),
        ("mx.hd.test; none", Proven.NO),
        ("mx.hd.test; dmarc=pass header.from=evil.test", Proven.NO),
        ("mx.hd.test; dkim=pass header.d=evil.test", Proven.NO),
        ("mx.hd.test; dkim=pass header.d=test", Proven.NO),
        ("mx.hd.test; dkim=pass header.d=mail.team.test", Proven.NO),
        ("mx.hd.test; spf=pass smtp.mailfrom=evil.test", Proven.NO),
        ("mx.hd.test; dkim=pass header.d=team.test; dmarc=fail header.from=team.test", Proven.NO),
        ("mx.hd.test; dkim=fail (dkim=pass header.d=team.test) header.d=team.test", Proven.NO),
        ('mx.hd.test; dkim=fail reason="x; dmarc=pass header.from=team.test" header.d=team.test', Proven.NO),
        ("mx.hd.test; dmarc=bestguesspass header.from=team.test", Proven.NO),
        ("mx.hd.test.evil.test; dmarc=pass header.from=team.test", Proven.NO),
        ("evil.test mx.hd.test; dmarc=pass header.from=team.test", Proven.NO),
        ("mx.hd; dmarc=pass header.from=team.test", Proven.NO),
        ('mx.hd.test; dmarc=pass header.from=team.test; "oh', Proven.NO),
        ("mx.hd.test; dmarc pass header.from=team.test", Proven.NO),
        ("", Proven.NO),
    ],
)
def test_a_result_proves_what_it_says_and_no_more(results: str, expected: Proven) -> None:
    assert level(results) is expected


def test_a_parent_domain_vouches_for_the_one_below_it() -> None:
    assert level("mx.hd.test; dkim=pass header.d=team.test", author="bob@mail.team.test") is Proven.DKIM


def test_of_several_headers_with_our_name_the_worst_result_of_a_method_counts() -> None:
    failed = "mx.hd.test; dkim=fail header.d=team.test; dmarc=fail header.from=team.test"
    assert level(GOOD, failed) is level(failed, GOOD) is Proven.NO


def test_headers_that_speak_of_different_methods_add_up() -> None:
    assert (
        level("mx.hd.test; spf=pass smtp.mailfrom=team.test", "mx.hd.test; dkim=pass header.d=team.test") is Proven.DKIM
    )


def test_a_header_that_breaks_the_grammar_spoils_the_others_of_our_name() -> None:
    assert level(GOOD, "mx.hd.test; dkim") is Proven.NO


def test_a_strangers_header_does_not_matter() -> None:
    assert level("evil.test; dmarc=fail header.from=team.test", GOOD) is Proven.DMARC


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("127.0.0.1", True),
        ("::ffff:127.0.0.1", True),
        ("::1", True),
        ("10.1.200.3", True),
        ("10.2.0.1", False),
        ("127.0.0.11", False),
        ("", False),
        ("not an address", False),
    ],
)
def test_only_a_trusted_peer_is_believed(peer: str, trusted: bool) -> None:
    assert is_trusted(peer, SMTP.trusted_peers) is trusted
    assert (level(GOOD, peer=peer) is Proven.DMARC) is trusted


def test_a_mailbox_of_ours_is_believed_and_a_file_is_not() -> None:
    assert prove(by("bob@team.test", GOOD), envelope(peer="", door=Door.IMAP), SMTP).level is Proven.DMARC
    assert prove(by("bob@team.test", GOOD), envelope(peer="", door=Door.FILE), SMTP).level is Proven.NO


def test_what_stands_below_a_strangers_received_line_came_with_the_mail() -> None:
    ours = ("received", "from mail.team.test (mail.team.test [192.0.2.1]) by mx.hd.test (Postfix) with ESMTP")
    theirs = ("received", "from laptop by mail.team.test with ESMTP")
    verdict = ("authentication-results", GOOD)
    bob = Address("Bob", "bob@team.test")
    assert prove(message(ours, verdict, theirs, sender=bob), envelope(), SMTP).level is Proven.DMARC
    assert prove(message(ours, theirs, verdict, sender=bob), envelope(), SMTP).level is Proven.NO


def test_two_from_headers_prove_nobody() -> None:
    mail = message(("from", "x@evil.test"), ("authentication-results", GOOD), sender=Address("", "bob@team.test"))
    assert prove(mail, envelope(), SMTP).level is Proven.NO


@pytest.mark.parametrize("defect", ["two-from", "many-from", "malformed-from"])
def test_a_from_header_that_readers_take_differently_proves_nobody(defect: str) -> None:
    mail = message(("authentication-results", GOOD), sender=Address("", "bob@team.test"), defects=(defect,))
    assert prove(mail, envelope(), SMTP).level is Proven.NO


def test_a_domain_that_disowns_the_mail_is_told_apart_from_one_that_says_nothing() -> None:
    forged = by("bob@team.test", "mx.hd.test; spf=fail smtp.mailfrom=team.test; dmarc=fail header.from=team.test")
    assert prove(forged, envelope("bob@team.test"), SMTP).disowned
    assert not prove(by("bob@team.test", "mx.hd.test; dmarc=none"), envelope("bob@team.test"), SMTP).disowned


def test_the_source_of_the_proof_is_kept() -> None:
    proof = prove(by("bob@team.test", GOOD), envelope(), SMTP)
    assert (proof.domain, proof.source) == ("team.test", "mx.hd.test")


@given(st.text(max_size=300))
def test_reading_results_never_fails(value: str) -> None:
    read_results(value)


@given(st.lists(st.sampled_from(["dkim=pass", "header.d=team.test", ";", "(", ")", '"', "\\", " ", "=", "mx.hd.test"])))
def test_only_a_sound_header_proves_anything(pieces: list[str]) -> None:
    value = "mx.hd.test;" + "".join(pieces)
    if not read_results(value).sound:
        assert level(value) is Proven.NO

"""A signature proves its author if it holds, covers what matters and is fresh; whatever is in doubt proves nothing."""

import re
import time
from datetime import UTC, datetime
from email.utils import format_datetime

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.core.mail.dkim_check import MAX_OCTETS, MUST_COVER, KeyRecord, check_signatures, needed_keys
from daemon.core.mail.dkim_tags import read_key, read_signature
from daemon.core.mail.parse import parse
from daemon.core.mail.proof import CHECKED_HERE
from store.model.message import Proof, Proven
from tests.core.signing import NAME, Signer, ed25519, rsa, short_rsa
from tests.corpora import CORPORA

DAY = 86400.0
NOW = float(int(time.time()))  # what signs here takes its time from the clock
DATE = format_datetime(datetime.fromtimestamp(NOW, UTC))
FIELDS = {
    "From": "Bob <bob@team.test>",
    "To": "support+c1abc@hd.test",
    "Subject": "Re: Login",
    "Date": DATE,
    "Message-ID": "<1@team.test>",
}
FORMS = ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"]
SIGNERS = [rsa, ed25519]
YES = Proof(Proven.DKIM, "team.test", CHECKED_HERE)


def mail(body: str = "done\r\n", **changed: str) -> bytes:
    named = FIELDS | {name.replace("_", "-"): value for name, value in changed.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in named.items()).encode() + b"\r\n" + body.encode()


def proof(raw: bytes, *keys: KeyRecord, at: float = NOW) -> Proof:
    return check_signatures(raw, parse(raw), keys, at)


def proven(raw: bytes, *keys: KeyRecord, at: float = NOW) -> bool:
    return proof(raw, *(keys or (rsa().record,)), at=at).level is Proven.DKIM


def declared(at: float | None = NOW, until: float | None = None, **tags: str) -> bytes:
    """A message whose signature is never looked into, only at what it says of itself."""
    times = {"t": at, "x": until}
    named = {"v": "1", "a": "rsa-sha256", "d": "team.test", "s": "s1", "h": ":".join(MUST_COVER), "bh": "", "b": ""}
    named |= {name: str(int(value)) for name, value in times.items() if value is not None} | tags
    return f"DKIM-Signature: {'; '.join(f'{k}={v}' for k, v in named.items() if v != '-')}\r\n".encode() + mail()


def asks(raw: bytes, at: float = NOW) -> tuple[str, ...]:
    return needed_keys(raw, parse(raw), at)


# --- what proves -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signer", SIGNERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_signature_of_the_authors_domain_proves_it(signer: type[Signer], form: str) -> None:
    raw = signer().sign(mail(), form)
    assert asks(raw) == (NAME,)
    assert proof(raw, signer().record) == YES


def test_a_parent_domain_signs_for_the_one_below_it() -> None:
    raw = rsa().sign(mail(From="bob@mail.team.test"))
    assert proof(raw, rsa().record) == Proof(Proven.DKIM, "mail.team.test", CHECKED_HERE)


def test_every_signature_is_looked_at() -> None:
    raw = rsa().sign(ed25519().sign(mail()), domain="list.test")
    broken = re.sub(rb"bh=\w\w", b"bh=zz", ed25519().sign(mail()), count=1)[: -len(mail())] + raw
    for signed in (raw, broken):
        assert proven(signed, ed25519().record, rsa().published(name="s1._domainkey.list.test"))


def test_what_a_list_or_relay_adds_above_changes_nothing() -> None:
    assert proven(b"Received: from a by b\r\nX-Spam: no\r\nDKIM-Signature: v=1; junk\r\n" + rsa().sign(mail()))


blank = st.text(" \t", max_size=3)
word = st.text("ab.;=:<>", min_size=1, max_size=5)
line = st.lists(st.tuples(blank, word, blank).map("".join), max_size=4).map("".join)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(FORMS),
    st.lists(line, max_size=8).map("\r\n".join),
    st.lists(word, min_size=1, max_size=3),
    st.sampled_from([" ", "  ", "\r\n ", "\t", "\r\n\t "]),
    blank,
)
def test_two_programs_take_the_same_octets_for_signed(
    form: str, body: str, subject: list[str], gap: str, space: str
) -> None:
    raw = mail(body + "\r\n", Subject=space + gap.join(subject) + space)
    assert proven(ed25519().sign(raw, form), ed25519().record)


# --- what does not ---------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_proven() -> None:
    raw = rsa().sign(mail())
    assert proof(raw) == proof(mail(), rsa().record) == Proof(Proven.NO, "", "")
    assert not proven(raw, ed25519().record)
    assert not proven(raw, rsa(2048).record)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_altered_octet_is_proven(data: st.DataObject) -> None:
    raw = ed25519().sign(mail("done\r\n-- \r\nBob\r\n"), "simple/simple")
    open_value = re.search(rb"[ ;]b=[^\r]*(?:\r\n [^\r]*)*\r\n(?=From)", raw)
    assert open_value is not None
    covered = [*range(open_value.start() + 3), *range(open_value.end(), len(raw))]
    place = data.draw(st.sampled_from(covered))
    octet = data.draw(st.integers(0, 255).filter(lambda one: one != raw[place]))
    altered = raw[:place] + bytes([octet]) + raw[place + 1 :]
    assert not proven(altered, ed25519().record)


@pytest.mark.parametrize(
    "extra", ["From: x@evil.test", "Subject: x", "To: x@evil.test", "Date: x", "Message-ID: <2@x>"]
)
def test_a_second_field_of_a_kind_that_stands_once_is_not_proven(extra: str) -> None:
    raw = rsa().sign(mail())
    assert not proven(extra.encode() + b"\r\n" + raw)
    assert asks(extra.encode() + b"\r\n" + raw) == ()


def test_text_below_what_was_signed_is_not_proven() -> None:
    raw = rsa().sign(mail(), partial=True)
    assert asks(raw) == ()
    assert not proven(raw)
    assert not proven(rsa().sign(mail()) + b"more\r\n")


@pytest.mark.parametrize("missing", sorted(MUST_COVER - {"from"}))
def test_what_matters_must_be_covered(missing: str) -> None:
    raw = rsa().sign(mail(), covers=MUST_COVER - {missing})
    assert dkim.verify(raw, dnsfunc=lambda *_, **__: rsa().record.text.encode())
    assert asks(raw) == ()
    assert not proven(raw)


@pytest.mark.parametrize(
    "tags",
    [
        {"a": "rsa-sha1"},
        {"v": "2"},
        {"d": "evil.test"},
        {"d": "mail.team.test"},
        {"d": "test"},
        {"d": "eteam.test"},
        {"i": "bob@evil.test"},
        {"l": "0"},
        {"h": "from:date"},
        {"c": "loose"},
        {"b": "?"},
        {"b": "-"},
        {"t": "soon"},
        {"x": "9" * 40},
        {"z=1;z": "2"},
    ],
)
def test_a_signature_that_would_not_be_enough_asks_for_no_key(tags: dict[str, str]) -> None:
    assert asks(declared()) == (NAME,)
    assert asks(declared(**tags)) == ()


def test_a_signature_is_good_for_seven_days_and_for_as_long_as_it_says() -> None:
    raw = rsa().sign(mail())
    assert proven(raw, at=NOW + 7 * DAY)
    assert not proven(raw, at=NOW + 8 * DAY)
    assert not proven(raw, at=NOW - DAY)
    assert asks(declared(until=NOW + 60), at=NOW + 60) == (NAME,)
    assert asks(declared(until=NOW + 60), at=NOW + 62) == ()
    assert asks(declared(until=NOW - 60)) == ()


def test_a_signature_without_a_time_is_as_old_as_the_date_it_covers() -> None:
    assert asks(declared(at=None)) == (NAME,)
    assert asks(declared(at=None), at=NOW + 8 * DAY) == ()
    assert asks(declared(at=None).replace(DATE.encode(), b"yesterday")) == ()


@pytest.mark.parametrize(
    "record",
    [
        "p=",
        "k=ed25519; p=AAAA",
        "v=DKIM2; ",
        "t=y; ",
        "h=sha1; ",
        "s=tlsrpt; ",
        "p=AAAA; ",
        "k=dsa; ",
        "",
        "v=spf1 -all",
        "é",
    ],
)
def test_a_record_that_is_no_usable_key_proves_nothing(record: str) -> None:
    raw = rsa().sign(mail())
    text = rsa().record.text.removeprefix("k=rsa; ") if record.startswith("k=") else rsa().record.text
    whole = record + text if record.endswith("; ") else record
    assert proven(raw, KeyRecord(NAME, "v=DKIM1; h=sha1:sha256; s=email; t=s; " + text))
    assert not proven(raw, KeyRecord(NAME, whole))


def test_a_short_key_proves_nothing() -> None:
    raw = short_rsa().sign(mail())
    record = short_rsa().record.text.encode()
    assert dkim.verify(raw, minkey=512, dnsfunc=lambda *_, **__: record)
    assert not proven(raw, short_rsa().record)


def test_lines_that_do_not_end_in_crlf_are_not_proven() -> None:
    raw = rsa().sign(mail("a\r\nb\r\n"))
    assert proven(raw)
    assert not proven(raw.replace(b"a\r\n", b"a\n"))
    assert not proven(raw.replace(b"\r\n", b"\n"))
    assert asks(raw) == (NAME,)
    assert asks(raw.replace(b"a\r\n", b"a\n")) == asks(raw.replace(b"a\r\n", b"a\r")) == ()


def test_a_message_of_more_than_a_megabyte_is_not_looked_at() -> None:
    raw = ed25519().sign(mail("x" * 70 + "\r\n") + (b"x" * 70 + b"\r\n") * (MAX_OCTETS // 72))
    assert asks(raw) == ()


@pytest.mark.skipif(CORPORA is None, reason="shared/corpora is not beside the checkout")
@pytest.mark.corpus
def test_the_open_body_of_the_corpus_asks_for_no_key() -> None:
    assert CORPORA is not None
    raw = (CORPORA / "hazards" / "cmd-dkim-l-tag.eml").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert asks(raw, parse(raw).date.timestamp()) == ()  # type: ignore[union-attr]


# --- hostile ---------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.text(max_size=100))
def test_no_octets_whatever_raise_or_prove(junk: bytes, text: str) -> None:
    for raw in (junk, junk + mail(), b"DKIM-Signature: v=1;" + junk + b"\r\n" + mail()):
        assert not proven(raw)
    read_signature(text)
    read_key(text)


@pytest.mark.parametrize(
    "raw",
    [
        rsa().sign(mail()) + b" " * (MAX_OCTETS - 2000),
        declared() + b"\r\n" * (MAX_OCTETS // 2 - 500),
        declared() + b" \r\n" * (MAX_OCTETS // 3 - 500),
        declared(b=";" * 10000),
        b"A: b\r\n" + b" x\r\n" * 60000 + declared(),
        b"A: " + b" " * 250000 + b"\r\n" + declared(),
        declared(h=":".join(["from"] * 3000)),
        b"DKIM-Signature: v=1; b" + b" " * 15000 + b"\r\n" + declared(),
    ],
    ids=["blanks", "empty-lines", "blank-lines", "tags", "folds", "wide", "covers", "gap"],
)
def test_no_shape_of_a_megabyte_takes_long(raw: bytes) -> None:
    begun = time.process_time()
    message = parse(raw)
    read = time.process_time()
    check_signatures(raw, message, (rsa().record,), NOW)
    assert time.process_time() - read < max(0.5, read - begun)

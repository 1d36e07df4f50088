"""Whole messages as hypothesis makes them up: mostly right, wrong in places, with words that want to break out."""

from base64 import encodebytes
from quopri import encodestring

from hypothesis import strategies as st

CANARY = "zq9canary"
BREAKING = st.sampled_from(
    [
        f"\r\nBcc: {CANARY}@evil.test", "\n\n", "\u2028X-Evil: 1", "\x00", "\u202egnp.exe", "\x1b[31m", "{{ 7*7 }}",
        "<script>alert(1)</script>", "=?utf-8?q?=0D=0ABcc:_x?=", "\ud800", "a" * 1200, "\x85", "'\"><b>", "#1 [#1]",
    ]
)  # fmt: skip
WORDS = st.one_of(st.text(max_size=40), BREAKING, st.sampled_from(["Login", "Re: [#1] Login", "Urgent!", ""]))
TEXTS = st.lists(
    st.one_of(
        WORDS,
        st.sampled_from(
            [
                "Nobody can log in since this morning, error 500.", "How do I export my data?", "mine", "reply: Hello",
                "> quoted", "On Mon, Ann wrote:", "-- ", "-----Original Message-----", "undo", "1 bug p1",
            ]
        ),
    ),
    max_size=8,
).map("\n".join)  # fmt: skip
ADDRESSES = st.one_of(
    st.sampled_from(
        [
            "cust@customer.test", "bob@team.test", "support@hd.test", "pipeline@team.test", "MAILER-DAEMON@mx.test",
            "", "a@b", "@", "\u00fc@\u00fc.test", "x" * 70 + "@y.test", "support+c1abcdefghijklmn@hd.test",
        ]
    ),
    st.emails(),
    st.text(max_size=20),
)  # fmt: skip
MAILBOXES = st.tuples(WORDS, ADDRESSES).map(lambda one: f"{one[0]} <{one[1]}>" if one[0] else one[1])
IDS = st.sampled_from(["<a@b.test>", "<w1@customer.test>", "", "<<>>", "no brackets", "<\u00fc@b>", "<a@b> <c@d>"])
FIELDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["To", "Cc", "Reply-To", "Sender", "Return-Path", "From"]), MAILBOXES),
        st.tuples(st.sampled_from(["Message-ID", "In-Reply-To", "References"]), IDS),
        st.tuples(st.just("Date"), st.one_of(st.just("Mon, 5 Jan 2026 10:00:00 +0000"), WORDS)),
        st.tuples(
            st.just("Auto-Submitted"),
            st.sampled_from(["no", "auto-replied", "auto-generated; x=y", "auto-notified", ""]),
        ),
        st.tuples(
            st.sampled_from(["Precedence", "List-Id", "X-Auto-Response-Suppress", "X-Loop", "X-Triaged-Loop"]),
            st.sampled_from(["bulk", "list", "<a.b.test>", "All", "x"]),
        ),
        st.tuples(
            st.just("Authentication-Results"),
            st.sampled_from(
                ["mx.hd.test; dmarc=pass header.from=team.test", "mx.evil.test; dmarc=pass", "mx.hd.test; ((("]
            ),
        ),
        st.tuples(st.from_regex(r"[A-Za-z-]{1,12}", fullmatch=True), WORDS),
    ),
    max_size=8,
)
TYPES = st.sampled_from(
    [
        "text/plain", "text/html", "application/zip", "image/svg+xml", "message/rfc822", "message/delivery-status",
        "text/calendar", "multipart/mixed", "text/plain; charset=utf-7", "text/plain; charset=nonsense", "", "x",
    ]
)  # fmt: skip
CODINGS = st.sampled_from(["", "7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "nonsense"])


def field(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("utf-8", "surrogatepass")


@st.composite
def leaves(draw: st.DrawFn) -> bytes:
    """A part with its header; it may say one thing of itself and be another."""
    kind, coding = draw(TYPES), draw(CODINGS)
    octets = draw(st.one_of(TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=80)))
    told = {"base64": encodebytes, "quoted-printable": encodestring}.get(coding, bytes)(octets)
    name = draw(st.one_of(st.none(), WORDS))
    return b"".join(
        [
            field("Content-Type", kind + (f'; name="{name}"' if name else "")) if kind else b"",
            field("Content-Transfer-Encoding", coding) if coding else b"",
            field("Content-Disposition", f'attachment; filename="{name}"') if name and draw(st.booleans()) else b"",
            b"\r\n",
            told,
        ]
    )


def joined(parts: list[bytes], kind: str, boundary: str, ended: bool) -> bytes:
    opening = field("Content-Type", f'multipart/{kind}; boundary="{boundary}"') + b"\r\n"
    mark = b"\r\n--" + boundary.encode()
    return opening + b"".join(mark + b"\r\n" + part for part in parts) + (mark + b"--\r\n" if ended else b"")


BODIES = st.recursive(
    leaves(),
    lambda inner: st.builds(
        joined,
        st.lists(inner, max_size=3),
        st.sampled_from(["mixed", "alternative", "related", "report", "signed", "digest"]),
        st.sampled_from(["x", "xx", "x y", "=_x"]),
        st.booleans(),
    ),
    max_leaves=6,
)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A whole message."""
    head = [("From", draw(MAILBOXES)), ("Subject", draw(WORDS)), *draw(FIELDS)]
    raw = b"".join(field(name, value) for name, value in head) + draw(BODIES)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):  # damage on the way
        place, length = draw(st.integers(0, len(raw))), draw(st.integers(0, 30))
        raw = raw[:place] + draw(st.binary(max_size=8)) + raw[place + length :]
    return raw

"""Messages of eleven other suites are read as those suites expect."""

from collections import defaultdict

import pytest

from daemon.core.mail.parse import parse
from tests.core.expectations import raw_message, wrong
from tests.corpora import CORPORA, records

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPORA is None, reason="the outside corpora are not beside this checkout"),
]

SOURCES = (
    "enmime", "flanker", "libredesk", "mikel-mail", "mime4j", "otobo", "php-mime-mail-parser", "ponymail",
    "stalwart-mail-parser", "zammad", "zbateson",
)  # fmt: skip
NOT_STRICT = ("advisory", "weak", "policy_dependent", "conflict")
FLOOR = 0.97

UNFAIR = {  # what is not counted, and why
    "the source re-wraps flowed text before it hashes it": [
        f"ponymail/httpd-users-200606-part.mbox#{n}" for n in range(12)
    ],
    "an outer boundary ends the parts inside it (RFC 2046 section 5.1.2); the source lets the inner one go on": [
        f"stalwart-mail-parser/malformed/{n}" for n in ("001", "008", "009", "011", "012", "016")
    ],
    "text in a broken multipart is shown, not attached: nothing that was written may be hidden": [
        f"stalwart-mail-parser/malformed/{n}" for n in ("002", "003", "004", "006", "007")
    ],
    "of two contradicting fields the first counts and the mail is flagged; the source takes the last": [
        f"stalwart-mail-parser/malformed/{n}" for n in ("020", "021")
    ],
    "uuencode is decoded here and left as it is there": [
        f"stalwart-mail-parser/legacy/{n}" for n in ("017", "026", "048")
    ],
    "a path is cut off the name of a file": [f"stalwart-mail-parser/legacy/{n}" for n in ("035", "039")],
    "a message without a header is all text": [
        f"mime4j/testmsgs/{name}.msg" for name in ("malformedHeader-noheader", "malformedHeaderStartsBody-noheader")
    ],
    "white space at the end of a boundary does not count (RFC 2046 section 5.1.1)": [
        f"mime4j/testmsgs/{name}.msg" for name in ("very-long-boundary", "very-very-long-boundary", "weird-boundary")
    ],
    "the source guesses the charset from statistics": [f"zammad/mail{n}" for n in ("015", "023", "046", "072")],
    "delivery reports, calendars and messages count as attachments, what is inside an attached message does not": [
        "libredesk/bounce-dsn.eml",
        "libredesk/calendar-invite.eml",
        "mikel-mail/emails/attachment_emails/attachment_message_rfc822.eml",
    ],
    "an empty From stays empty; the source fills it from Reply-To": ["zammad/mail016", "zammad/mail019"],
    "two plain texts in one alternative are both shown": ["enmime/mail/mime-alternative.raw"],
    "a comment is no part of an address (RFC 5322 section 3.4.1)": ["mikel-mail/emails/rfc2822/example10.eml"],
    "a route is no part of an address (RFC 5322 section 4.4)": ["mikel-mail/emails/rfc2822/example11.eml"],
}


@pytest.fixture(scope="module")
def scores() -> dict[str, tuple[list[str], list[str]]]:
    """The records of each source that came out right, and those that did not with the fields that were wrong."""
    assert CORPORA is not None
    spared = {one for ids in UNFAIR.values() for one in ids}
    scores: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for source in SOURCES:
        for record in records(source):
            if record["kind"] != "parse" or any(record.get(key) for key in NOT_STRICT) or record["id"] in spared:
                continue
            fields = wrong(parse(raw_message(CORPORA / source, record["file"])), record, CORPORA / source)
            if fields:
                scores[source][1].append(f"{record['id']}: {', '.join(fields)}")
            else:
                scores[source][0].append(record["id"])
    return scores


def test_strict_records_come_out_as_their_suites_expect(scores: dict[str, tuple[list[str], list[str]]]) -> None:
    for source, (right, off) in scores.items():
        print(f"{source}: {len(right)} of {len(right) + len(off)}", *off, sep="\n    ")
    right_ones = sum(len(right) for right, _ in scores.values())
    total = right_ones + sum(len(off) for _, off in scores.values())
    print(f"all: {right_ones} of {total} = {right_ones / total:.1%}; not counted: {sum(map(len, UNFAIR.values()))}")
    assert total > 500
    assert right_ones / total >= FLOOR


def test_no_record_is_spared_that_comes_out_right() -> None:
    assert CORPORA is not None
    spared = {one for ids in UNFAIR.values() for one in ids}
    found = {record["id"]: (source, record) for source in SOURCES for record in records(source)}
    assert spared <= found.keys()
    for name in sorted(spared):
        source, record = found[name]
        assert wrong(parse(raw_message(CORPORA / source, record["file"])), record, CORPORA / source), name

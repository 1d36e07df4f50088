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

UNFAIR = {  # what is not counted, and why; where a difference is a matter of taste, it counts as wrong
    "an outer boundary ends the parts inside it (RFC 2046 section 5.1.2); the source lets the inner one go on": [
        f"stalwart-mail-parser/malformed/{n}" for n in ("001", "008", "009", "011", "012", "016")
    ],
    "a text that the end of the message cut off is shown; the source attaches it, and what is empty": [
        f"stalwart-mail-parser/malformed/{n}" for n in ("002", "003", "004", "006", "007")
    ],
    "of two contradicting fields the first counts and the mail is flagged; the source takes the last": [
        f"stalwart-mail-parser/malformed/{n}" for n in ("020", "021")
    ],
    "the source reads windows-1258, or undeclared GB2312, as something else": [
        f"zammad/mail{n}" for n in ("046", "064", "072")
    ],
    "delivery reports and calendars count as attachments, as RFC 8621 section 4.1.4 says": [
        f"libredesk/{name}.eml" for name in ("bounce-dsn", "calendar-invite")
    ],
    "the source expects two different things of the same octets": [
        f"mime4j/testmsgs/{name}.msg" for name in ("malformedHeader-noheader", "malformedHeaderStartsBody-noheader")
    ],
    "a comment and a route are no part of an address (RFC 5322 sections 3.4.1 and 4.4)": [
        f"mikel-mail/emails/rfc2822/example{n}.eml" for n in ("10", "11")
    ],
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

"""The title under its prefixes: "Re: Fwd: [Fwd: printer]" is "printer" (RFC 5256 section 2.1, and what clients add)."""

import re

_LONGEST = 2000
_PREFIX = re.compile(
    r"(?:(?:re|fwd?|aw|wg|antw|sv|vs|vb|tr|rv|res|enc|ref|odp|doorst|r|i)(?:\[\d{1,3}\]|\(\d{1,3}\))?\s{0,9}:|:)[\s:]*+",
    re.IGNORECASE,
)
_EMPTY_FORWARD = re.compile(r"\[(?:fwd?|wg)\s{0,9}:\s{0,9}\]\s*+", re.IGNORECASE)
_WRAPPED = re.compile(r"\[(?:fwd?|wg)\s{0,9}:(.*)\]", re.IGNORECASE | re.DOTALL)
_TRAILER = re.compile(r"\(fwd\)$", re.IGNORECASE)


def base_subject(subject: str) -> str:
    """Return a subject without the marks of answering and forwarding, blanks collapsed."""
    text = " ".join(subject[:_LONGEST].split())
    while True:
        bare = _TRAILER.sub("", text).rstrip()
        if match := _PREFIX.match(bare) or _EMPTY_FORWARD.match(bare):
            bare = bare[match.end() :]
        elif match := _WRAPPED.fullmatch(bare):
            bare = match[1].strip()
        if bare == text:
            return text
        text = bare

"""Says whose address or name a sender borrows: readers look at names, and letters of other scripts look alike."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from daemon.core.mail.address import domain_of, fold

MOST = 256  # characters that are looked at
_SHOWN = re.compile(r"[^\s<>()\[\]\"',;:@]{1,64}@[^\s<>()\[\]\"',;:@]{1,190}")

# Letters that look like a Latin one (Unicode Technical Standard 39, section 4), as far as keyboards have them.
_SCRIPTS = (
    ("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455", "aeopcyxijs"),  # Cyrillic
    ("\u0501\u051b\u051d\u04bb\u043a\u043c\u0442\u0432\u043d", "dqwhkmtbh"),
    ("\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4\u03c5\u03c7", "aopviktux"),  # Greek
    ("\u0585\u0578\u0570\u057d", "onhu"),  # Armenian
    ("\u0131\u026101|!", "igolll"),
)
_LIKE = str.maketrans("".join(theirs for theirs, _ in _SCRIPTS), "".join(latin for _, latin in _SCRIPTS))
_PAIRS = (("rn", "m"), ("vv", "w"))

House = tuple[tuple[str, str], ...]  # name and address of each member, and of the desk


@lru_cache(1024)
def skeleton(words: str) -> str:
    """Return the form in which words that look alike are equal: no case, no accents, one script, no gaps."""
    plain = unicodedata.normalize("NFKD", words[:MOST]).casefold().translate(_LIKE)
    letters = "".join(letter for letter in plain if letter.isalnum() or letter in ".-@")
    for pair, one in _PAIRS:
        letters = letters.replace(pair, one)
    return letters.replace("i", "l")


def resembled(name: str, address: str, house: House) -> str:
    """Return the address of the house that a sender looks like without being it, "" for none."""
    folded = fold(address)
    if any(fold(own) == folded for _, own in house):
        return ""
    return next((found for rule in RULES if (found := rule(name[:MOST], address[:MOST], house))), "")


def _shown(name: str, _: str, house: House) -> str:
    """The display name is an address of the house."""
    found = {fold(each) for each in _SHOWN.findall(name)}
    return next((own for _, own in house if fold(own) in found), "") if found else ""


def _named(name: str, _: str, house: House) -> str:
    """The display name is that of a member; a first name alone is anybody's."""
    looks = skeleton(name)
    return next((own for whose, own in house if len(whose.split()) > 1 and skeleton(whose) == looks), "")


def _spelled(_: str, address: str, house: House) -> str:
    """The domain reads like one of the house, and is another."""
    domain = domain_of(address)
    if not domain or any(domain_of(own) == domain for _, own in house):
        return ""
    looks = skeleton(_unicode(domain))
    return next((own for _, own in house if skeleton(_unicode(domain_of(own))) == looks), "")


def _unicode(domain: str) -> str:
    """Return a domain as a mail program shows it (RFC 3492); what is no right name stays as it is."""
    return ".".join(_label(label) for label in domain.split("."))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError):
        return label


RULES: tuple[Callable[[str, str, House], str], ...] = (_shown, _named, _spelled)

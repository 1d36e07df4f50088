"""Where a signature begins: below "-- ", at a telephone's own line, at a farewell, at a rule above an address."""

import re

from daemon.core.mail.quoting.heads import find_head
from daemon.core.mail.quoting.page import Page
from daemon.core.mail.quoting.phrases import CLOSINGS, DEVICE_ENDS, DEVICES

FOOTER = 14  # lines with words that may follow a rule for it to begin a signature
_RULE = re.compile(r"[-_=—–*]{2,}")
_CONTACT = re.compile(r"[^\s@]{1,64}@[\w-]{1,63}\.|https?:|www\.|\d{2,5}[-./ )]{1,3}\d{2,5}[-./ ]\d{2,5}")
_DEVICE = re.compile(
    r"iphone|ipad|ipod|ios|mac|android|blackberry|samsung|galaxy|huawei|xiaomi|redmi|honor|oneplus|oppo|vivo|nokia|lumia|pixel"
    r"|motorola|xperia|sony|htc|lg|windows|outlook|mail|gmx|web\\.de|proton|yahoo|aol|hotmail|phone|mobil|handy|téléphone"
    r"|tel[eé]fono|telefon|телефон|móvil|cellulare|device|gerät|terminal|tablet|smartphone|app\\b|watch|spark|nine"
    r"|スマートフォン|携帯|手机|手機|휴대|نقال|הנייד"
)


def _by(ends: slice, phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Group phrases by two of their letters, so that few are compared with a line."""
    return {key: tuple(one for one in phrases if one[ends] == key) for key in {one[ends] for one in phrases}}


_FIRST, _LAST = slice(0, 2), slice(-2, None)
_DEVICES, _DEVICE_ENDS = _by(_FIRST, DEVICES), _by(_LAST, DEVICE_ENDS)


def begins_signature(view: Page, at: int, written: bool) -> bool:
    """Say whether a signature begins at a line that has words.

    A rule begins one only below something `written`: "-- " always (RFC 3676 section 4.3), "---" where it is the only
    one, any other above a few lines with an address.
    """
    line = view.low[at]
    if at in view.signatures or line == "-----begin pgp signature-----":
        return True
    if line[0] in "-_=—–*" and _RULE.fullmatch(line):
        alone = line == "--" or (line == "---" and view.dividers == 1)
        return written and (alone or _is_footer(view, at + 1))
    if line.rstrip(",.! ") in CLOSINGS:
        return at > 0 and not view.low[at - 1] and _is_name(view, at + 1)
    return _names_a_device(view, at)


def _is_footer(view: Page, at: int) -> bool:
    """Say whether all that follows a rule is a few lines with a telephone number, an address or a link."""
    end = min(at + 3 * FOOTER, len(view.low))
    stop = next((pos for pos in range(at, end) if view.quoted[pos]), end)
    below = [line for line in view.low[at:stop] if line]
    longest = 120 if view.low[at - 1][0] == "_" else 60  # lists put long links below "____"; prose stands below others
    if len(below) > FOOTER or any(len(line) > longest for line in below):
        return False
    return (stop < end or end == len(view.low)) and any(_CONTACT.search(line) for line in below)


def _is_name(view: Page, at: int) -> bool:
    """Say whether nothing but a few short lines stands between a farewell and the end, or a quote."""
    words = 0
    for pos in range(at, min(at + 12, len(view.low))):
        line = view.low[pos]
        if line and (view.quoted[pos] or find_head(view, pos)):
            return True
        words += bool(line)
        if words > 4 or len(line) > 60:
            return False
    return len(view.low) <= at + 12


def _names_a_device(view: Page, at: int) -> bool:
    """Say whether a line is the one that a telephone or a free mailer adds, and no sentence that begins alike."""
    bare = view.low[at].strip("<>[](){}*_-—– \u2022")
    ended = bare.rstrip(".! ")
    told = bare.startswith(_DEVICES.get(bare[_FIRST], ())) or ended.endswith(_DEVICE_ENDS.get(ended[_LAST], ()))
    if len(bare) > 120 or not told:
        return False
    if _DEVICE.search(bare):
        return len(bare.split()) <= 8 or _DEVICE.search(bare.partition(", ")[0]) is not None
    return len(bare.split()) <= 8 and _is_last(view, at + 1)


def _is_last(view: Page, at: int) -> bool:
    at = view.next_text(at)
    return at == len(view.low) or view.quoted[at] or find_head(view, at) is not None

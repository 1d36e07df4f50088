"""Which lines of a body are the sender's own: one pass over the lines parts them from quotes and signatures.

What follows a head is quoted line by line where the lines bear ">", so that answers between and below them are kept,
and to the end of the text where they do not. The pass looks at each line a bounded number of times.
"""

import re
from dataclasses import dataclass

from daemon.core.mail.heads import Head, Kind, find_head, is_below_delimiter
from daemon.core.mail.page import Page, is_quoted
from daemon.core.mail.phrases import CLOSINGS, DEVICE_ENDS, DEVICES

FOOTER = 14  # lines with words that may follow a rule for it to begin a signature


@dataclass(frozen=True, slots=True)
class Split:
    """A body parted: which lines are new, and the first head, if any."""

    new: tuple[int, ...]
    head: Head | None
    marked: int | None = None  # the first line that bears ">", if no head stands above it


_RULE = re.compile(r"[-_=—–*]{2,}")
_CONTACT = re.compile(r"[^\s@]{1,64}@[\w-]{1,63}\.|https?:|www\.|\d{2,5}[-./ )]{1,3}\d{2,5}[-./ ]\d{2,5}")
_DEVICE = re.compile(
    r"iphone|ipad|ipod|ios|mac|android|blackberry|samsung|galaxy|huawei|xiaomi|redmi|honor|oneplus|oppo|vivo|nokia|lumia|pixel"
    r"|motorola|xperia|sony|htc|lg|windows|outlook|mail|gmx|web\\.de|proton|yahoo|aol|hotmail|phone|mobil|handy|téléphone"
    r"|tel[eé]fono|telefon|телефон|móvil|cellulare|device|gerät|terminal|tablet|smartphone|app\\b|watch|spark|nine"
    r"|スマートフォン|携帯|手机|手機|휴대|نقال|הנייד"
)
_LINK = re.compile(r"[(<\[\s]{0,4}https?://")


def _begins_signature(view: Page, at: int, dividers: int) -> bool:
    """Say whether a signature begins at a line: below "-- " (RFC 3676 section 4.3), below the only "---", and so on."""
    line = view.low[at]
    if at in view.signatures or line == "--" or (line == "---" and dividers == 1):
        return True
    if _RULE.fullmatch(line):
        return _is_footer(view, at + 1)
    if line.rstrip(",.! ") in CLOSINGS:
        return at > 0 and not view.low[at - 1] and _is_name(view, at + 1)
    return _names_a_device(view, at)


def _is_footer(view: Page, at: int) -> bool:
    """Say whether all that follows a rule is a few lines with a telephone number, an address or a link."""
    end = min(at + 3 * FOOTER, len(view.low))
    stop = next((pos for pos in range(at, end) if is_quoted(view.low[pos])), end)
    below = [line for line in view.low[at:stop] if line]
    if len(below) > FOOTER or any(len(line) > 120 for line in below):
        return False
    return (stop < end or end == len(view.low)) and any(_CONTACT.search(line) for line in below)


def _is_name(view: Page, at: int) -> bool:
    """Say whether nothing but a few short lines stands between a farewell and the end, or a quote."""
    words = 0
    for pos in range(at, min(at + 12, len(view.low))):
        line = view.low[pos]
        if line and (is_quoted(line) or find_head(view, pos)):
            return True
        words += bool(line)
        if words > 4 or len(line) > 60:
            return False
    return len(view.low) <= at + 12


def _names_a_device(view: Page, at: int) -> bool:
    """Say whether a line is the one that a telephone or a free mailer adds, and no sentence that begins alike."""
    bare = view.low[at].strip("<>[](){}*_-—– \u2022")
    if len(bare) > 120 or not (bare.startswith(DEVICES) or bare.rstrip(".! ").endswith(DEVICE_ENDS)):
        return False
    if _DEVICE.search(bare):
        return len(bare.split()) <= 8 or _DEVICE.search(bare.partition(", ")[0]) is not None
    return len(bare.split()) <= 8 and _is_last(view, at + 1)


def _is_last(view: Page, at: int) -> bool:
    at = view.next_text(at)
    return at == len(view.low) or is_quoted(view.low[at]) or find_head(view, at) is not None


def _torn_off(view: Page, at: int) -> bool:
    """Say whether an unmarked line between two quoted ones is the end of the first, which a program broke."""
    if not (0 < at < len(view.low) - 1 and is_quoted(view.low[at - 1]) and is_quoted(view.low[at + 1])):
        return False
    return _LINK.match(view.low[at]) is not None or (len(view.lines[at - 1]) >= 68 and len(view.low[at]) < 40)


def split(view: Page) -> Split:
    """Part a body into the sender's own lines and the others. The lines keep their order; nothing is rewritten."""
    new: list[int] = []
    first: Head | None = None
    marked: int | None = None
    dividers = view.low.count("---")
    at, signing, written = 0, False, False
    while at < len(view.low):
        line = view.low[at]
        if is_quoted(line) or (line and _torn_off(view, at)):
            marked = at if first is None and marked is None else marked
            signing, at = False, _past_blanks(view, at + 1)
        elif line and (head := find_head(view, at)):
            first, signing = first or head, False
            if head.kept:
                new.append(at)
            elif head.kind is Kind.DELIMITER:
                _drop_blanks(view, new)
            at = _after(view, head)
        else:
            signing = signing or bool(line and (written or line != "--") and _begins_signature(view, at, dividers))
            written = written or bool(line)
            if not signing:
                new.append(at)
            at += 1
    new.extend(range(at, len(view.lines)))
    return Split(tuple(new), first, marked)


def _past_blanks(view: Page, at: int) -> int:
    """Step over the blank lines below a quote: they part it from the answer and belong to neither."""
    return view.next_text(at)


def _drop_blanks(view: Page, new: list[int]) -> None:
    while new and not view.low[new[-1]]:
        new.pop()


def _after(view: Page, head: Head) -> int:
    """Return where the reading goes on: at the marked lines, or below the delimiter's other half, or at the end."""
    if head.kind is Kind.DELIMITER:
        for at in range(head.end, len(view.low)):
            if is_below_delimiter(view.low[at]):
                return _past_blanks(view, at + 1)
    elif view.quote_follows(head.end):
        return _past_blanks(view, head.end)
    return len(view.lines)

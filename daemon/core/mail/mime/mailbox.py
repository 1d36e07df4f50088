"""Address lists as people and machines write them (RFC 5322 section 3.4), read so that nobody can pose as another."""

import re
from dataclasses import dataclass, field

from daemon.core.mail.mime import words
from store.model.message import Address

MAX_VALUE = 64 * 1024  # characters of one field
MAX_MAILBOXES = 1000
MAX_ADDRESS = 320  # characters: 64 + @ + 255 (RFC 5321 section 4.5.3.1)

# The grammar is read before encoded words are decoded: what hides in a word is a name and never an address.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"\\]*(?:\\.[^"\\]*)*)"|<(?P<angle>[^<>]{0,1000})>|(?P<mark>[,;:])|(?P<open>\()'
    r'|(?P<atom>[^"<>,;:()\s]+)|(?P<space>\s+)|(?P<stray>.)',
    re.DOTALL,
)
_ORDINARY = re.compile(  # one mailbox in plain letters
    r'(?:(?:(")?(?P<name>[A-Za-z0-9 ._-]{1,100})(?(1)") ?)?(<))?'
    r"(?P<local>[A-Za-z0-9._+=-]{1,64})@(?P<domain>[A-Za-z0-9.-]{0,254}[A-Za-z0-9])(?(3)>)"
)
_PAREN = re.compile(r"[()]|\\.", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_SPACE = re.compile(r"\s")
_HELD = "\x01"  # stands for a space in a quoted local part, so that words can be told apart
_NEVER = frozenset("<>\r\n\t\ufffd")
_ROUTE = re.compile(r"@[^:]{1,500}:")  # obsolete: <@relay,@relay:user@host>


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The mailboxes of a field, and whether the field was well formed enough for a From to be acted upon."""

    addresses: tuple[Address, ...]
    regular: bool


@dataclass(slots=True)
class _Draft:
    """One mailbox while it is being read."""

    pieces: list[str] = field(default_factory=list)  # as written, the space between them included
    bare: list[str] = field(default_factory=list)  # the same without quoted text, to look for an address in
    comments: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    after: bool = False  # text stands behind the angle brackets
    odd: bool = False

    def empty(self) -> bool:
        return not (self.angles or "".join(self.pieces).strip() or self.comments)


def read(value: str) -> Mailboxes:
    """Read an unfolded, undecoded address field.

    `a@b <c@d>` is c@d with the name "a@b"; groups give their members; a semicolon separates as a comma does (Outlook).
    `regular` is False where anything but `[phrase] <address>` or `address` was found: the addresses are then a best
    guess, good for showing and answering and never for authority.
    """
    if one := _ORDINARY.fullmatch(value):
        address = f"{one['local']}@{one['domain'].lower()}"
        return Mailboxes((Address(" ".join((one["name"] or "").split()), address),), regular=True)
    return by_grammar(value)


def by_grammar(value: str) -> Mailboxes:
    """Read any address field, token by token."""
    found: list[Address] = []
    regular = len(value) <= MAX_VALUE
    for draft in _drafts(value[:MAX_VALUE]):
        address = _mailbox(draft)
        regular = regular and not draft.odd
        if address is not None:
            found.append(address)
        if len(found) == MAX_MAILBOXES:
            return Mailboxes(tuple(found), False)
    return Mailboxes(tuple(found), regular)


def _drafts(value: str) -> list[_Draft]:
    drafts: list[_Draft] = []
    draft = _Draft()
    position, quotes, comments = 0, True, True
    while position < len(value):
        token = _TOKEN.match(value, position) if quotes or value[position] != '"' else None
        kind = token.lastgroup if token else "stray"
        text = token[kind] if token and kind else value[position]
        position = token.end() if token else position + 1
        if kind == "mark":
            draft = _separated(drafts, draft, text)
        elif kind == "angle":
            draft.angles.append(text)
        elif kind == "open" and comments and (end := _comment_end(value, position)):
            draft.comments.append(value[position : end - 1])
            position = end
        elif kind == "open":
            comments = False  # unclosed: from here on a parenthesis is a letter like any other
            _add(draft, text, quoted=False)
        else:
            quotes = quotes and not (kind == "stray" and text == '"')  # likewise for an unclosed quote
            draft.odd = draft.odd or kind == "stray"
            _add(draft, text, quoted=kind == "quoted")
    drafts.append(draft)
    return [one for one in drafts if not one.empty()]


def _separated(drafts: list[_Draft], draft: _Draft, mark: str) -> _Draft:
    if mark != ":":
        if not (draft.pieces or draft.angles or draft.comments):
            return draft
        drafts.append(draft)
        return _Draft()
    written = "".join(draft.bare)
    if draft.angles or draft.empty() or written.rfind("[") > written.rfind("]"):  # a@[IPv6:::1]
        draft.odd = True
        _add(draft, mark, quoted=False)
        return draft
    return _Draft(odd=True)  # that was a group's name; its members follow


def _add(draft: _Draft, text: str, *, quoted: bool) -> None:
    draft.pieces.append(_ESCAPED.sub(r"\1", text) if quoted else text)
    draft.bare.append(f'"{_SPACE.sub(_HELD, text)}"' if quoted else text)
    draft.after = draft.after or bool(draft.angles and text.strip())


def _comment_end(value: str, position: int) -> int | None:
    depth = 1
    for found in _PAREN.finditer(value, position):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    return None


def _mailbox(draft: _Draft) -> Address | None:
    phrase = "".join(draft.pieces)
    if draft.angles:
        unquoted = "".join(piece for piece in draft.bare if not piece.startswith('"'))
        draft.odd = draft.odd or draft.after or len(draft.angles) > 1 or "@" in unquoted
        address = _spec(next((one for one in draft.angles if "@" in one), draft.angles[0]))
        return _made(phrase or " ".join(draft.comments), address)
    tokens = " ".join("".join(draft.bare).split()).replace(" @", "@").replace("@ ", "@").replace(" . ", ".").split()
    named = [token for token in tokens if "@" in token]
    if named:
        draft.odd = draft.odd or len(tokens) > 1
        name = " ".join(token for token in tokens if token != named[0]) or " ".join(draft.comments)
        return _made(name, _spec(named[0]))
    draft.odd = True
    if any("@" in comment for comment in draft.comments):  # Name (user@host)
        return _made(phrase, _spec(next(comment for comment in draft.comments if "@" in comment)))
    alone = tokens[0] if len(tokens) == 1 and not tokens[0].startswith(("=?", '"')) else ""
    return _made(" ".join(draft.comments), _spec(alone))


def _spec(written: str) -> str:
    """Bring an address to the form that we keep: no space, no route, domain in lower case."""
    bare = written.strip() if '"' in written else "".join(_COMMENT.sub("", written).split())
    if route := _ROUTE.match(bare):
        bare = bare[route.end() :].lstrip()
    bare = bare.removeprefix("mailto:").strip("<>'")
    if bare.startswith('"') and bare.endswith('"') and "@" in bare:  # the whole address in quotes
        bare = bare.strip('"')
    local, at, domain = words.one_line(bare).rpartition("@")
    if not at:
        return domain
    domain = domain.rstrip(". ").lower()
    return f"{local}@{domain}" if local and domain else ""


def _made(name: str, address: str) -> Address | None:
    if not address or len(address) > MAX_ADDRESS or set(address) & _NEVER:
        return None
    return Address(" ".join(words.decode(name).split()).strip("'\" "), address)

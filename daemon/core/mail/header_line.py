"""Header lines of our own mails: written octet by octet, so that no value can become a second header."""

import re
from base64 import b64encode

from daemon.core.mail.clean import one_line
from store.model.message import Address

FOLD = 76  # RFC 5322 section 2.1.1 recommends 78 with the line break; encoded words end at 76 (RFC 2047 section 2)
_WORD_OCTETS = 39  # of UTF-8 in one encoded word: 52 letters of base64, 12 around them and the header's name

_PLAIN_TEXT = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")  # RFC 5322 section 3.2.3
_IDENTIFIER = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:@-]{3,250}")
_SPACE = r"\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff"
_MAILBOX = re.compile(rf'[^{_SPACE}()<>\[\]:;,@\\"]{{1,128}}@[^{_SPACE}()<>:;,@\\"]{{1,255}}')


def unstructured(name: str, value: str) -> str:
    """Return one unstructured header (RFC 5322 section 3.2.5), folded, with encoded words where it must be.

    Plain ASCII stays as it is; text that looks like an encoded word is encoded, so that it is read as it was written.
    """
    value = one_line(value)
    if _PLAIN_TEXT.fullmatch(value) and "=?" not in value:
        folded = _folded(f"{name}: {value}")
        if folded is not None:
            return folded
    return f"{name}: " + "\r\n ".join(_encoded_words(value)) + "\r\n"


def mailbox(name: str, address: Address) -> str:
    """Return a header of one mailbox, such as From or To; the address must be one that `is_mailbox` takes."""
    display, spec = one_line(address.name), ascii_domain(address.address)
    if not display:
        return f"{name}: {spec}\r\n"
    if _ATOMS.fullmatch(display) and "=?" not in display:
        phrase = display
    elif _PLAIN_TEXT.fullmatch(display) and "=?" not in display:
        phrase = '"' + display.replace("\\", r"\\").replace('"', r"\"") + '"'
    else:
        phrase = "\r\n ".join(_encoded_words(display))
    line = f"{name}: {phrase} <{spec}>\r\n"
    return line if len(line) <= FOLD + 2 and "\r\n " not in line else _short_lines(name, phrase, spec, display)


def identifiers(name: str, values: tuple[str, ...]) -> str:
    """Return a header of Message-IDs, one a line (RFC 5322 section 3.6.4); "" where there is none."""
    return f"{name}: " + "\r\n ".join(f"<{value}>" for value in values) + "\r\n" if values else ""


def is_identifier(value: str) -> bool:
    """Say whether a Message-ID is one that may stand in a header of ours: dot-atoms, of a sane length."""
    return _IDENTIFIER.fullmatch(value) is not None


def is_mailbox(address: str) -> bool:
    """Say whether an address can be written without quoting: RFC 5322 section 3.4.1, or RFC 6532 beyond ASCII."""
    return _MAILBOX.fullmatch(address) is not None


def ascii_domain(address: str) -> str:
    """Return the address with its domain in A-labels (RFC 5890), or as it is where that cannot be."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _short_lines(name: str, phrase: str, spec: str, display: str) -> str:
    if "\r\n" not in phrase and len(f"{name}: {phrase}") > FOLD:
        phrase = "\r\n ".join(_encoded_words(display))
    return f"{name}: {phrase}\r\n <{spec}>\r\n"


def _folded(line: str) -> str | None:
    """Break a line before spaces, so that none is longer than FOLD; None where a word alone is."""
    if len(line) <= FOLD:
        return line + "\r\n"
    rows, row = [], ""
    for word in line.split(" "):
        if len(word) >= FOLD:
            return None
        if row and len(row) + 1 + len(word) > FOLD:
            rows.append(row)
            row = " " + word
        else:
            row = f"{row} {word}" if row else word
    return "\r\n".join([*rows, row]) + "\r\n"


def _encoded_words(value: str) -> list[str]:
    """Split text into encoded words (RFC 2047 section 2) of whole characters, each within the limit of 75."""
    words: list[str] = []
    chunk: list[str] = []
    size = 0
    for character in value:
        octets = len(character.encode("utf-8", "replace"))
        if size + octets > _WORD_OCTETS:
            words.append("".join(chunk))
            chunk, size = [], 0
        chunk.append(character)
        size += octets
    words.append("".join(chunk))
    return [f"=?utf-8?b?{b64encode(word.encode('utf-8', 'replace')).decode('ascii')}?=" for word in words if word]

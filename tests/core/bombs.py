"""Messages made to cost more than their size: each by the number of octets that its load should have."""

from collections.abc import Callable

HEAD = b"From: a@customer.test\r\nTo: support@hd.test\r\nSubject: x\r\n"


def _header(name: bytes, unit: bytes, end: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: HEAD + name + b": " + unit * (size // len(unit)) + end + b"\r\n\r\nbody\r\n"


def _body(fields: bytes, unit: bytes, end: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: HEAD + fields + b"\r\n" + unit * (size // len(unit)) + end


def _nested(size: int) -> bytes:
    levels = size // 60
    part = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
    return HEAD + b"".join(part % (n, n) for n in range(levels)) + b"\r\nbody"


def _nested_messages(size: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * (size // 33) + b"body"


def _continued(size: int) -> bytes:
    sections = b"".join(b"; filename*%d*=%%41%%42" % n for n in range(size // 24))
    return HEAD + b"Content-Disposition: attachment" + sections + b"\r\n\r\nbody"


_MIXED = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n'
_PLAIN = b"Content-Type: text/plain; charset=utf-8"

BOMBS: dict[str, Callable[[int], bytes]] = {
    "semicolons in a type": _header(b"Content-Type", b";", b"text/plain"),
    "parameters": _header(b"Content-Type", b";a=b", b""),
    "blanks in a type": _header(b"Content-Type", b"; \t ", b"x"),
    "unclosed quotes in a type": _header(b"Content-Type", b';a="\\"', b""),
    "continued parameters": _continued,
    "dots in a local part": _header(b"Cc", b"a.", b"@b.test"),
    "commas in an address list": _header(b"Cc", b","),
    "addresses": _header(b"Cc", b"a@b.test,"),
    "escaped quotes in an address": _header(b"Cc", b'"\\'),
    "open comments in an address": _header(b"Cc", b"("),
    "closed comments in an address": _header(b"Cc", b"(a)"),
    "open angles in an address": _header(b"Cc", b"<"),
    "blanks in an address": _header(b"Cc", b" ", b"@b.test"),
    "groups": _header(b"Cc", b"a:"),
    "encoded words": _header(b"X-Words", b"=?utf-8?q?a?= "),
    "broken encoded words": _header(b"X-Words", b"=?utf-8?q?a"),
    "blanks in a value": _header(b"X-Blank", b" ", b"x"),
    "folds": _header(b"X-Folds", b"\r\n "),
    "references": _header(b"References", b"<a@b> "),
    "open references": _header(b"References", b"<a"),
    "digits in a date": _header(b"Date", b"1 "),
    "fields": _header(b"A", b"x\r\nA:"),
    "lines without a colon": _header(b"A", b"x\r\ny y"),
    "nested multiparts": _nested,
    "nested messages": _nested_messages,
    "parts": _body(_MIXED, b"--x\r\n\r\na\r\n"),
    "empty parts": _body(_MIXED, b"--x\r\n"),
    "lines like a delimiter": _body(_MIXED, b"--y\r\n"),
    "dashes": _body(_MIXED, b"-"),
    "endless part header": _body(_MIXED + b"\r\n--x", b"a: b\r\n"),
    "padding in base64": _body(_PLAIN + b"\r\nContent-Transfer-Encoding: base64\r\n", b"A="),
    "escapes in quoted-printable": _body(_PLAIN + b"\r\nContent-Transfer-Encoding: quoted-printable\r\n", b"=\r\n=4"),
    "uuencoded lines": _body(b"Content-Transfer-Encoding: x-uue\r\n", b"begin 644 a\r\n"),
    "flowed lines": _body(_PLAIN + b"; format=flowed\r\n", b"> \r\n>> \r\n"),
    "bare carriage returns": lambda size: b"From: a@b.test\r\r" + b"\r" * size,
    "escapes of a 7-bit charset": _body(b"Content-Type: text/plain; charset=iso-2022-jp\r\n", b"\x1b$B\x2d\x21\x1b(B"),
    "punycode": _body(b"Content-Type: text/plain; charset=punycode\r\n", b"a-9"),
    "line breaks": lambda size: b"\r\n" * (size // 2),
    "octets of every kind": lambda size: bytes(range(256)) * (size // 256),
}

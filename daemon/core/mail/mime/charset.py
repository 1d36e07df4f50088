"""Bytes to text by a fixed list of charsets: a name the sender made up chooses nothing."""

import re
from dataclasses import dataclass

# Python codec, then the names under which mail declares it. Where a superset is what mailers really write, it is read
# (WHATWG Encoding Standard, section 4.2). Left out on purpose is every codec of Python that is no charset (punycode,
# idna, unicode_escape, base64: some raise, some take quadratic time).
_ROWS = (
    ("utf-8", "utf-8 utf8 utf-8-mac utf8mb4 x-utf-8 utf"),
    ("utf-7", "utf-7"),
    ("utf-16", "utf-16 utf16 unicode ucs-2 iso-10646-ucs-2"),
    ("utf-16-le", "utf-16le"),
    ("utf-16-be", "utf-16be"),
    ("utf-32", "utf-32"),
    ("utf-32-le", "utf-32le"),
    ("utf-32-be", "utf-32be"),
    ("cp1250", "windows-1250 cp1250 cp-1250 x-cp1250"),
    ("cp1251", "windows-1251 cp1251 cp-1251 x-cp1251 win-1251"),
    (
        "cp1252",
        "windows-1252 cp1252 cp-1252 x-cp1252 ansi iso-8859-1 iso8859-1 iso88591 8859-1 latin1 latin-1 l1 x-latin1",
    ),
    ("cp1253", "windows-1253 cp1253 x-cp1253"),
    ("cp1254", "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 latin5 l5"),
    ("cp1255", "windows-1255 cp1255 x-cp1255"),
    ("cp1256", "windows-1256 cp1256 x-cp1256"),
    ("cp1257", "windows-1257 cp1257 x-cp1257"),
    ("cp1258", "windows-1258 cp1258 x-cp1258"),
    ("iso8859-2", "iso-8859-2 iso8859-2 latin2 latin-2 l2"),
    ("iso8859-3", "iso-8859-3 iso8859-3 latin3 l3"),
    ("iso8859-4", "iso-8859-4 iso8859-4 latin4 l4"),
    ("iso8859-5", "iso-8859-5 iso8859-5 cyrillic"),
    ("iso8859-6", "iso-8859-6 iso8859-6 iso-8859-6-i iso-8859-6-e arabic"),
    ("iso8859-7", "iso-8859-7 iso8859-7 greek"),
    ("iso8859-8", "iso-8859-8 iso8859-8 iso-8859-8-i iso-8859-8-e hebrew"),
    ("iso8859-10", "iso-8859-10 iso8859-10 latin6 l6"),
    ("iso8859-13", "iso-8859-13 iso8859-13 latin7"),
    ("iso8859-14", "iso-8859-14 iso8859-14 latin8"),
    ("iso8859-15", "iso-8859-15 iso8859-15 latin9 latin-9 latin0"),
    ("iso8859-16", "iso-8859-16 iso8859-16 latin10"),
    ("cp874", "tis-620 tis620 windows-874 cp874 iso-8859-11 iso8859-11"),
    ("koi8-r", "koi8-r koi8 koi8r"),
    ("koi8-u", "koi8-u koi8u koi8-ru"),
    ("cp437", "ibm437 cp437 437"),
    ("cp850", "ibm850 cp850 850"),
    ("cp852", "ibm852 cp852"),
    ("cp858", "ibm858 cp858"),
    ("cp866", "ibm866 cp866"),
    ("mac-roman", "macintosh mac x-mac-roman mac-roman"),
    ("mac-cyrillic", "x-mac-cyrillic mac-cyrillic"),
    ("gb18030", "gb2312 gbk gb18030 cp936 ms936 windows-936 x-gbk gb-2312 gb-2312-80 euc-cn chinese iso-ir-58"),
    ("hz", "hz-gb-2312 hz"),
    ("big5hkscs", "big5 big-5 big5-hkscs cn-big5 x-x-big5 cp950 windows-950"),
    ("cp932", "shift-jis shift-jisx0213 sjis x-sjis ms-kanji ms932 windows-31j cp932"),
    ("euc_jp", "euc-jp eucjp x-euc-jp ujis"),
    ("iso2022_jp_ext", "iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-ms cp50220 cp50221 csiso2022jp"),
    ("cp949", "euc-kr euckr ks-c-5601-1987 ks-c-5601 ksc5601 ks-c-5601-1989 korean cp949 windows-949 ms949"),
    ("iso2022_kr", "iso-2022-kr"),
    ("johab", "johab"),
    ("ptcp154", "ptcp154 cp154 pt154"),
)
_CODECS = {name: codec for codec, names in _ROWS for name in names.split()}
_UNDECLARED = frozenset({"", "us-ascii", "ascii", "usascii", "us", "ansi-x3.4-1968", "iso-646-us", "8bit", "7bit"})
_EIGHT_BIT = {
    "iso2022_jp_ext": "cp932",
    "iso2022_kr": "cp949",
    "hz": "gb18030",
}  # what 8-bit bytes under a 7-bit name are
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # UTF-7 can write halves of surrogate pairs
_JIS = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and whether the bytes really were in a charset that we know and that was declared."""

    text: str
    faithful: bool


def decode(data: bytes, declared: str | None) -> Decoded:
    """Decode bytes that were declared to be in a charset; never fails.

    Undeclared (or ASCII) bytes are UTF-8 if they can be, else windows-1252; so are bytes of an unknown charset. What
    does not fit its charset becomes U+FFFD, and so does NUL, which no text store takes.
    """
    name = _name(declared)
    codec = _CODECS.get(name)
    if codec is None:
        return Decoded(_clean(guess(data)), name in _UNDECLARED and data.isascii())
    if codec == "utf-16" and data[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        codec = "utf-16-be"  # RFC 2781 section 4.3
    if codec == "utf-8" and data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        return Decoded(_clean(data.decode(codec)), True)
    except UnicodeDecodeError:
        return Decoded(_clean(_misdeclared(data, codec)), False)


def guess(data: bytes) -> str:
    """Read undeclared bytes: UTF-8 if they are valid, else windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def undeclared(data: bytes, likely: str) -> str:
    """Read bytes that nobody declared: as UTF-8 if they are valid, else in a likely charset, else as windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data, likely).text


def is_disputed(declared: str) -> bool:
    """Say whether readers disagree about a charset: most no longer decode UTF-7, so one text is two to two readers."""
    return _CODECS.get(_name(declared)) == "utf-7"


def encode(text: str, declared: str | None) -> bytes:
    """Undo a guess: text that was read from undeclared bytes, back in the charset that is declared for it after all."""
    try:
        return text.encode(_CODECS.get(_name(declared), "utf-8"))
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _name(declared: str | None) -> str:
    return (declared or "")[:64].strip(" \t'\"").casefold().replace("_", "-")


def _misdeclared(data: bytes, codec: str) -> str:
    if data.isascii():
        return _microsoft_jis(data) if codec == "iso2022_jp_ext" else data.decode(codec, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_EIGHT_BIT.get(codec, codec), "replace")


def _microsoft_jis(data: bytes) -> str:
    """Read ISO-2022-JP with the characters of row 13 and above that Windows adds and the standard lacks."""
    out: list[str] = []
    double, start = False, 0
    for shift in [*_JIS.finditer(data), None]:
        piece = data[start : shift.start() if shift else len(data)]
        out.append(
            b"".join(map(_shifted, piece[::2], piece[1::2])).decode("cp932", "replace") if double else guess(piece)
        )
        if shift:
            double, start = shift[0][1:2] == b"$", shift.end()
    return "".join(out)


def _shifted(row: int, cell: int) -> bytes:
    """JIS X 0208 row and cell as Shift_JIS."""
    if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        return b"?"
    lead = ((row - 0x21) >> 1) + 0x81
    trail = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E
    return bytes((lead if lead <= 0x9F else lead + 0x40, trail))


def _clean(text: str) -> str:
    if text.isascii() and "\0" not in text:  # the ordinary case
        return text
    return _NO_TEXT.sub("\ufffd", text) if _NO_TEXT.search(text) else text

"""Every answer that the door gives, named by its meaning: code (RFC 5321), enhanced code (RFC 3463) and fixed words.

The words are fixed so that nothing of the inside, and nothing that the sender wrote, is ever said back. One answer
bears a detail: `KEPT` names the token of the receipt.
"""

from enum import Enum, unique

CRLF = b"\r\n"


@unique
class Reply(Enum):
    """One row an answer; `line` is what goes over the wire."""

    OK = (250, "2.0.0", "OK")
    KEPT = (250, "2.0.0", "Kept as")
    SENDER_OK = (250, "2.1.0", "Sender OK")
    RECIPIENT_OK = (250, "2.1.5", "Recipient OK")
    NOT_VERIFIED = (252, "2.1.5", "Send some mail and see")
    HELP = (214, "2.0.0", "This is a helpdesk: write a mail, a person will read it")
    READY_FOR_TLS = (220, "2.0.0", "Ready to start TLS")
    BYE = (221, "2.0.0", "Bye")
    GO_AHEAD = (354, "", "End the message with <CR><LF>.<CR><LF>")

    BUSY = (421, "4.3.2", "Too many connections, try again later")
    CLOSING = (421, "4.3.2", "Going down, try again later")
    SILENT = (421, "4.4.2", "Nothing heard for too long")
    SLOW = (421, "4.4.2", "Too slow")
    OLD = (421, "4.4.2", "This connection has lasted long enough, come again")
    ENOUGH = (421, "4.7.0", "Too many errors or idle commands")

    TRY_LATER = (451, "4.3.0", "Not kept, try again later")
    NO_ROOM = (452, "4.3.1", "No room, try again later")
    TOO_MANY_RECIPIENTS = (452, "4.5.3", "Too many recipients, send the rest in another message")

    NOT_A_LINE = (500, "5.5.2", "A command is one line of text that ends with <CR><LF>")
    LINE_TOO_LONG = (500, "5.5.6", "Line too long")
    NO_SUCH_COMMAND = (500, "5.5.1", "No such command")
    BAD_ARGUMENT = (501, "5.5.4", "Bad argument")
    NOT_OFFERED = (502, "5.5.1", "Not offered")
    OUT_OF_ORDER = (503, "5.5.1", "Not now")
    NO_CHUNKS = (503, "5.5.1", "BDAT is not offered")
    GREET_FIRST = (503, "5.5.1", "Greet first")
    NO_RECIPIENT = (503, "5.5.1", "No recipient was accepted")
    NO_SUCH_MAILBOX = (550, "5.1.1", "No such mailbox here")
    TOO_BIG = (552, "5.3.4", "Message too big")
    BAD_RECIPIENT = (553, "5.1.3", "Not an address")
    BAD_SENDER = (553, "5.1.7", "Not an address")
    NEEDS_SMTPUTF8 = (553, "5.6.7", "This address needs SMTPUTF8")
    BAD_PARAMETER = (555, "5.5.4", "Parameter not offered")

    def __init__(self, code: int, enhanced: str, words: str) -> None:
        self.code = code
        self.line = f"{code} {enhanced} {words}".replace("  ", " ").encode("ascii")

    @property
    def is_error(self) -> bool:
        """Say whether the client was at fault."""
        return self.code >= 500

    def about(self, detail: str) -> bytes:
        """Return the line with one word of detail at its end."""
        return self.line + b" " + detail.encode("ascii", "replace")


def lines(code: int, words: tuple[str, ...]) -> bytes:
    """Return one answer of several lines, without the last line end (RFC 5321 section 4.2.1)."""
    last = len(words) - 1
    return CRLF.join(f"{code}{' ' if n == last else '-'}{word}".encode() for n, word in enumerate(words))

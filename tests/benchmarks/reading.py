"""What reading a message costs: processor time a mail, beside the standard library's parse of the same bytes alone."""

import email
import time
from base64 import encodebytes
from collections.abc import Callable

from daemon.core.mail.mime import display, header, leaf
from daemon.core.mail.mime import tree as mime
from daemon.core.mail.parse import parse

SIZES = {"4 KB": 4 << 10, "50 KB": 50 << 10, "1 MB": 1 << 20}
FIELDS = (
    "Received: from mail-a.customer.test (mail-a.customer.test [192.0.2.10])\n\tby mx.hd.test with ESMTPS id 4F2k3z1Q2p"
    "\n\tfor <support@hd.test>; Mon, 17 Nov 2025 10:12:13 +0100 (CET)\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=customer.test;\n\ts=s1; t=1763370730;"
    " h=from:reply-to:subject:date:message-id:to:mime-version;\n\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n\t"
    "b=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR\n"
    "Message-ID: <1763370730.4242@customer.test>\nDate: Mon, 17 Nov 2025 10:12:10 +0100\nMIME-Version: 1.0\n"
    "Subject: =?UTF-8?Q?Druckauftr=C3=A4ge_bleiben_h=C3=A4ngen?=\n"
    "From: =?UTF-8?Q?J=C3=BCrgen_M=C3=BCller?= <juergen@customer.test>\nTo: Support <support@hd.test>\n"
    "In-Reply-To: <abc@hd.test>\nReferences: <one@hd.test> <abc@hd.test>\n"
)
SENTENCE = "Since this morning the print jobs stay in the queue, and nobody can print.\n"
PLAIN = "Content-Type: text/plain; charset=UTF-8\n\n"


def letter(size: int) -> bytes:
    """A mail that is all plain text."""
    head = FIELDS + PLAIN
    return (head + SENTENCE * ((size - len(head)) // len(SENTENCE))).replace("\n", "\r\n").encode()


def picture(size: int) -> bytes:
    """A mail of plain text and HTML that say the same, with a picture for the rest of its size."""
    text = SENTENCE * 8
    head = (
        f"{FIELDS}Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n"
        f"--a\n{PLAIN}{text}\n--a\nContent-Type: text/html; charset=UTF-8\n\n<html><p>{text}</p></html>\n--a--\n"
        "--m\nContent-Type: image/png; name=screen.png\nContent-Disposition: attachment; filename=screen.png\n"
        "Content-Transfer-Encoding: base64\n\n"
    )
    octets = encodebytes(bytes(range(256)) * max(1, (size - len(head)) // 346)).decode()
    return f"{head}{octets}--m--\n".replace("\n", "\r\n").encode()


def structure(raw: bytes) -> None:
    """Everything but what the body says: header, tree, transfer encodings, charsets, digests, what is shown."""
    tree = mime.read(raw, header.read(raw))
    display.select(tree, {id(node): leaf.read(raw, node).part.text for node in tree.leaves()})


def cpu_milliseconds(work: Callable[[bytes], object], raw: bytes) -> float:
    """The least processor time of five rounds, a mail."""
    times = max(2, (1 << 20) // len(raw))
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for _ in range(times):
            work(raw)
        best = min(best, time.process_time() - start)
    return best / times * 1000


def measure() -> None:
    """Print a table: CPU milliseconds a mail."""
    ways: dict[str, Callable[[bytes], object]] = {
        "read whole": parse, "of that, structure": structure, "stdlib, parse only": email.message_from_bytes
    }  # fmt: skip
    print(f"{'CPU ms a mail':24}" + "".join(f"{size:>10}" for size in SIZES))
    for kind, make in (("text", letter), ("text, HTML, picture", picture)):
        for way, work in ways.items():
            figures = "".join(f"{cpu_milliseconds(work, make(octets)):10.3f}" for octets in SIZES.values())
            print(f"{way:24}{figures}   {kind}")

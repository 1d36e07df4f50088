#!/usr/bin/env python3
"""Copy every ticket of a Zammad into a folder of .eml files that `triaged import` reads; nothing in Zammad changes.

    ZAMMAD_TOKEN=... python3 zammad.py https://zammad.acme.example old-tickets
    triaged import old-tickets --ours acme.example

The token is a person's access token with the permission ticket.agent. Mails come out as Zammad received or sent them
(/ticket_article_plain); calls, notes and web requests become mails of their own words. Each message names the first of
its ticket in References, so that a ticket stays one; the first one's subject begins with the old number, so that
`triaged list --all --subject 'Zammad#12345'` finds it. Python 3.11 or newer, nothing else.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

PER_PAGE = 100
_FIELD = re.compile(
    rb"^(message-id|references|subject)[ \t]*:[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE
)
_TAG = re.compile(r"<[^<>]{0,2000}>")


class Zammad:
    """A Zammad, asked by its API (docs.zammad.org, API)."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/") + "/api/v1"
        self._headers = {"Authorization": f"Token token={token}"}
        self.host = urlsplit(url).hostname or "zammad.invalid"

    def octets(self, path: str) -> bytes:
        """Return what lies at a path; nothing where there is none."""
        request = Request(self._url + path, headers=self._headers)  # noqa: S310 - the operator names the server
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
                return bytes(answer.read())
        except HTTPError as error:
            if error.code == 404:
                return b""
            raise

    def tickets(self) -> Iterator[dict[str, Any]]:
        """Yield all tickets, a page at a time."""
        page = 1
        while found := json.loads(self.octets(f"/tickets?page={page}&per_page={PER_PAGE}") or b"[]"):
            yield from found
            page += 1

    def articles(self, ticket: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the articles of a ticket in their order."""
        found = json.loads(self.octets(f"/ticket_articles/by_ticket/{int(ticket['id'])}") or b"[]")
        return sorted(found, key=lambda article: int(article["id"]))

    def message(self, article: dict[str, Any]) -> bytes:
        """Return an article as a mail: the one that it was, or one of its words."""
        raw = self.octets(f"/ticket_article_plain/{int(article['id'])}") if article.get("type") == "email" else b""
        return raw or composed(article, self.host)


def composed(article: dict[str, Any], host: str) -> bytes:
    """Return a mail that says what an article says which was none."""
    mail = EmailMessage(policy=SMTP)
    for name, value in (
        ("From", _address(article, host)),
        ("To", article.get("to") or f"desk@{host}"),
        ("Subject", article.get("subject") or f"({article.get('type') or 'note'})"),
        ("Message-ID", article.get("message_id") or f"<article.{int(article['id'])}@{host}>"),
        ("Date", format_datetime(datetime.fromisoformat(str(article["created_at"])))),
    ):
        mail[name] = " ".join(str(value).split())
    body = str(article.get("body") or "")
    if article.get("content_type") == "text/html":
        body = unescape(_TAG.sub("", re.sub(r"(?i)<(?:br|/p|/div)[^<>]{0,200}>", "\n", body)))
    mail.set_content(body)
    return mail.as_bytes()


def _address(article: dict[str, Any], host: str) -> str:
    """Return who wrote it: a note bears a name alone, and its author's login is a mail address nearly always."""
    given = (str(article.get(name) or "") for name in ("from", "created_by"))
    return next((one for one in given if "@" in one), f"somebody@{host}")


def threaded(raw: bytes, first: str, number: str) -> bytes:
    """Return a mail that names the first of its ticket; the first itself with the old number before its subject."""
    head, gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = {found[1].lower(): found for found in reversed(list(_FIELD.finditer(head)))}
    if not first:
        tag = f"Subject: [Zammad#{number}] ".encode()
        subject = fields.get(b"subject")
        at, end = (subject.start(), subject.start(2)) if subject else (0, 0)
        return head[:at] + tag + (b"\n" if not subject else b"") + head[end:] + gap + body
    known = fields.get(b"references")
    if known and first.encode() in known[2]:
        return head + gap + body
    at = known.start(2) if known else 0
    return (
        head[:at]
        + (b"" if known else b"References: ")
        + first.encode()
        + (b" " if known else b"\n")
        + head[at:]
        + gap
        + body
    )


def message_id(raw: bytes) -> str:
    """Return the Message-ID of a mail, "" if it has none."""
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = next((field[2] for field in _FIELD.finditer(head) if field[1].lower() == b"message-id"), b"")
    return found.decode("ascii", "replace").strip()


def main(url: str, folder: str) -> int:
    """Copy all; returns how many messages there were."""
    zammad, into, many = Zammad(url, os.environ["ZAMMAD_TOKEN"]), Path(folder), 0
    into.mkdir(parents=True, exist_ok=True)
    for ticket in zammad.tickets():
        first = ""
        for article in zammad.articles(ticket):
            raw = zammad.message(article)
            written = threaded(raw, first, str(ticket["number"]))
            (into / f"{int(ticket['id']):09}-{int(article['id']):09}.eml").write_bytes(written)
            first, many = first or message_id(raw), many + 1
    return many


if __name__ == "__main__":
    if len(sys.argv) != 3 or "ZAMMAD_TOKEN" not in os.environ:
        raise SystemExit((__doc__ or "").split("\n\n")[1])
    sys.stdout.write(f"{main(sys.argv[1], sys.argv[2])} messages\n")

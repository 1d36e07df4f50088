"""The pictures of the guide: a desk at work, its mails as they left, shown by a real Chromium on a phone.

`python -m tests.letters.pictures` makes them anew in docs/pictures.
"""

import asyncio
import tempfile
from email import message_from_bytes
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.desk import Delivered, desk_at
from tests.letters.browser import CHROMIUM

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PHONE = {"width": 360, "height": 100}
REPORT = """From: Maria Lopez <maria@shop.test>
To: support@hd.test
Subject: Checkout is down
Message-ID: <checkout@shop.test>

Hello, since 9 this morning our customers cannot pay: the checkout shows
"Error 500" after the card number. It worked yesterday. Please help!
"""


def html_of(mail: Delivered) -> str:
    """Return the HTML of a mail as it left, "" if it has none."""
    parts = message_from_bytes(mail.raw).walk()
    found = (part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/html")
    return next((bytes(octets).decode("utf-8") for octets in found if isinstance(octets, bytes)), "")


async def played() -> dict[str, str]:
    """Play an emergency from the report to the developer's word; gives the mails by their kind."""
    with tempfile.TemporaryDirectory() as folder:
        async with desk_at(Path(folder)) as desk:
            first = await desk.send(REPORT.replace("\n", "\r\n").encode(), "maria@shop.test", "support@hd.test")
            return {mail.kind: html_of(mail) for mail in first}


def main() -> None:
    """Make the pictures."""
    letters = asyncio.run(played())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=PHONE, color_scheme="light")
        for kind, html in letters.items():
            page.set_content(html, wait_until="load")
            page.screenshot(path=PICTURES / f"{kind}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()

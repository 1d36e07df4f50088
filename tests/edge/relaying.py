"""A relay of ours in front of a scripted server, and the mail it is given."""

import ssl
from pathlib import Path

from daemon.core.settings import Relay as RelaySettings
from daemon.edge.relay import BeforeDot, Relay, Waits, open_relay
from store.model.outbox import Answer, Mail, MailKind
from tests.edge.scripted import Script, serving

SHORT = Waits(connect=2.0, command=1.0, dot=0.5, idle=60.0, quit=0.5)
RAW = b"From: a@desk.example\r\nSubject: x\r\n\r\nhello\r\n.\r\n..two\r\nend\r\n"


def a_mail(
    number: int = 1, raw: bytes = RAW, to: str = "ada@customer.example", mail_from: str = "d@desk.example"
) -> Mail:
    return Mail(number, MailKind.ACK, 1, mail_from, to, raw, 0, 0.0, 1)


async def always() -> bool:
    return True


def relay_to(script: Script, waits: Waits = SHORT, tls: ssl.SSLContext | None = None, **settings: object) -> Relay:
    scheme = settings.pop("scheme", "smtp")
    host, port = settings.pop("host", "127.0.0.1"), settings.pop("port", script.port)
    given = RelaySettings.model_validate({"url": f"{scheme}://{host}:{port}", **settings})
    return open_relay(given, Path("/nowhere"), host="desk.example", waits=waits, tls=tls)


async def sent(script: Script, mail: Mail | None = None, before_dot: BeforeDot = always, **settings: object) -> Answer:
    async with serving(script):
        relay = relay_to(script, **settings)  # type: ignore[arg-type]
        answer = await relay.send(mail or a_mail(), before_dot)
        await relay.close()
        return answer

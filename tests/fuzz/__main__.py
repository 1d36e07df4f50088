"""`make fuzz`: atheris steers mails to where the code has not been yet; FUZZ="-max_total_time=600" sets how long.

The seeds are the corpora beside the checkout, read at run time, and what was found before. A mail that breaks a law is
written into the folder `crashes`; once it is understood it belongs, cut down, into tests/fuzz/found or a journey.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["daemon", "store"]):
    from tests.fuzz.laws import hold_for, read_soundly

from tests.corpora import CORPORA

HERE = Path(__file__).parent
LARGEST = 16384  # octets of a seed


def one(octets: bytes) -> None:
    """Read it, and send one of eight through a whole desk; the first octet chooses that, and the sender."""
    choice, raw = (octets[0], octets[1:]) if octets else (0, b"")
    senders = ("cust@customer.test", "", "bob@team.test", "support@hd.test")
    sender = senders[choice % len(senders)]
    if choice < 32:
        hold_for(raw, sender)
    else:
        read_soundly(raw, sender)


def seeded(folder: Path) -> None:
    """Write the seeds, behind an octet that chooses what is done with it."""
    found = [*(HERE / "found").glob("*.eml"), *(CORPORA.rglob("*.eml") if CORPORA else ())]
    for number, path in enumerate(found):
        raw = path.read_bytes()
        if len(raw) <= LARGEST:
            (folder / str(number)).write_bytes(bytes([number % 256]) + raw)


def main() -> None:
    """Run until told to stop."""
    with TemporaryDirectory() as name:
        seeds = Path(name)
        seeded(seeds)
        crashes = HERE.parent.parent / "artefacts" / "fuzz"
        crashes.mkdir(parents=True, exist_ok=True)
        atheris.Setup(
            [sys.argv[0], f"-artifact_prefix={crashes}/", "-max_len=16384", "-timeout=20", *sys.argv[1:], str(seeds)],
            one,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()

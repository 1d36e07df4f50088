"""`make fuzz`: atheris steers mails to where the code has not been yet; FUZZ="-max_total_time=600" sets how long.

The seeds are the corpora beside the checkout, read at run time, and what was found before. A mail that breaks a law is
written into the folder `crashes`; once it is understood it belongs, cut down, into tests/fuzz/found or a journey.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["daemon", "store"]):
    from tests.fuzz.laws import hold_for

from tests.corpora import CORPORA

HERE = Path(__file__).parent
LARGEST = 16384  # octets of a seed


def one(octets: bytes) -> None:
    """Send it to a desk; the first octet chooses the sender."""
    senders = ("cust@customer.test", "", "bob@team.test", "support@hd.test")
    hold_for(octets[1:], senders[octets[0] % len(senders)] if octets else "")


def seeded(folder: Path) -> None:
    """Write the seeds, each behind the octet of an ordinary sender."""
    found = [*(HERE / "found").glob("*.eml"), *(CORPORA.rglob("*.eml") if CORPORA else ())]
    for number, path in enumerate(found):
        raw = path.read_bytes()
        if len(raw) <= LARGEST:
            (folder / str(number)).write_bytes(b"\0" + raw)


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

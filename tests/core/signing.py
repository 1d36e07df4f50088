"""Mail signed with keys made on the spot, by a library that is not the one under test."""

from base64 import b64encode
from dataclasses import dataclass, replace
from functools import cache
from math import lcm

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from daemon.core.mail.dkim_check import MUST_COVER, KeyRecord

SEQUENCE = 0x30
SELECTOR, DOMAIN = "s1", "team.test"
NAME = f"{SELECTOR}._domainkey.{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key pair, as the signer has it and as the DNS shows it."""

    algorithm: str
    private: bytes
    record: KeyRecord

    def sign(
        self,
        raw: bytes,
        form: str = "relaxed/relaxed",
        domain: str = DOMAIN,
        covers: frozenset[str] = MUST_COVER,
        partial: bool = False,
    ) -> bytes:
        """Return the message with a signature above it, made now."""
        header = dkim.sign(
            raw,
            SELECTOR.encode(),
            domain.encode(),
            self.private,
            canonicalize=tuple(form.encode().split(b"/")),
            signature_algorithm=self.algorithm.encode(),
            include_headers=[name.encode() for name in sorted(covers)],
            length=partial,
        )
        return bytes(header) + raw

    def published(self, tags: str = "", name: str = NAME) -> KeyRecord:
        """Return the record with these tags in front of the key, under this name."""
        return replace(self.record, name=name, text=tags + self.record.text)


@cache
def rsa(bits: int = 1024) -> Signer:
    """Return a signer with an RSA key of so many bits."""
    key = generate_private_key(65537, bits)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Signer("rsa-sha256", private, KeyRecord(NAME, f"k=rsa; p={b64encode(public).decode()}"))


@cache
def short_rsa() -> Signer:
    """Return a signer with an RSA key of 648 bits: of two primes that everybody knows."""
    p, q, e = 2**521 - 1, 2**127 - 1, 65537
    n, d = p * q, pow(e, -1, lcm(p - 1, q - 1))
    numbers = (0, n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    private = b64encode(der(SEQUENCE, *map(integer, numbers)))
    inner = der(SEQUENCE, integer(n), integer(e))
    kind = der(SEQUENCE, der(0x06, bytes.fromhex("2a864886f70d010101")), der(0x05))
    public = b64encode(der(SEQUENCE, kind, der(0x03, b"\0", inner)))
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + private + b"\n-----END RSA PRIVATE KEY-----\n"
    return Signer("rsa-sha256", pem, KeyRecord(NAME, f"k=rsa; p={public.decode()}"))


def integer(number: int) -> bytes:
    """Return a number as an ASN.1 INTEGER."""
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def der(tag: int, *parts: bytes) -> bytes:
    """Return a value with its tag and length (X.690 section 8.1)."""
    octets = b"".join(parts)
    size = len(octets).to_bytes(2, "big")
    return bytes([tag, len(octets)] if len(octets) < 128 else [tag, 0x82, *size]) + octets


@cache
def ed25519() -> Signer:
    """Return a signer with an Ed25519 key."""
    key = Ed25519PrivateKey.generate()
    private = b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer("ed25519-sha256", private, KeyRecord(NAME, f"k=ed25519; p={b64encode(public).decode()}"))

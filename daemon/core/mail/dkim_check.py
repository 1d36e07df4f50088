"""Does a signature prove the author of a mail? DKIM (RFC 6376, RFC 8463) checked by ourselves, with keys given.

Stricter than a mail server is, since a command hangs on it: the signature is of the domain of From or one above it,
covers all of the body and the fields that say who, what, when and to whom, and is not old. Whatever is in doubt proves
nothing, and the member is asked instead.

The check is our own and not dkimpy's: that one takes the square of the length of a run of blanks (40 KB: 3.5 s, in
which no other thread runs), reads the clock, and raises what it does not declare. It is the tests' second opinion.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from daemon.core.mail.address import domain_of
from daemon.core.mail.dkim_form import Field, Form, body_form, header_form, take_apart
from daemon.core.mail.dkim_tags import PublishedKey, Signature, read_key, read_signature
from daemon.core.mail.proof import CHECKED_HERE
from daemon.core.mail.sender import NOBODY, within
from store.model.message import Message, Proof, Proven

MAX_OCTETS = 1 << 20  # of a message that is checked; a command is short
MAX_SIGNATURES = 5  # that are looked at; each costs a look into the DNS
MOST_DAYS = 7  # between signing and receipt
EARLY_SECONDS = 3600.0  # that the signer's clock may be ahead
RSA_BITS = (1024, 4096)  # RFC 8301 section 3.2; longer ones only cost time
MUST_COVER = frozenset({"from", "subject", "date", "to", "message-id"})
ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What stands in the DNS under a name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A signature that would be enough if it holds."""

    form: Form
    field: Field
    signature: Signature


def needed_keys(raw: bytes, message: Message, received_at: float) -> tuple[str, ...]:
    """Return the names in the DNS whose keys could prove the author; none where no signature would be enough."""
    found = _candidates(raw, message, received_at)
    return tuple(dict.fromkeys(candidate.signature.key_name for candidate in found))


def check_signatures(raw: bytes, message: Message, keys: tuple[KeyRecord, ...], received_at: float) -> Proof:
    """Return the proof that a signature gives; level NO where none holds.

    `raw` are the octets as they were received and `message` what was read from them; `received_at` is in epoch
    seconds. Takes time linear in the message, and does not raise.
    """
    published = {record.name: key for record in keys if (key := read_key(record.text))}
    for candidate in _candidates(raw, message, received_at):
        key = published.get(candidate.signature.key_name)
        if message.sender and key and _holds(candidate, key):
            return Proof(Proven.DKIM, domain_of(message.sender.address), CHECKED_HERE)
    return NOBODY


def _candidates(raw: bytes, message: Message, received_at: float) -> Iterator[_Candidate]:
    form = take_apart(raw) if len(raw) <= MAX_OCTETS else None
    if form is None or message.sender is None:
        return
    count = Counter(field.name for field in form.fields)
    if any(count[name] != 1 for name in MUST_COVER):
        return  # RFC 5322 section 3.6: of two, another reader may take the one that is not covered
    signed = [field for field in form.fields if field.name == "dkim-signature"][:MAX_SIGNATURES]
    for field in signed:
        signature = read_signature(field.value.decode("ascii", "replace"))
        if signature and _is_enough(signature, message, received_at):
            yield _Candidate(form, field, signature)


def _is_enough(signature: Signature, message: Message, received_at: float) -> bool:
    author = domain_of(message.sender.address) if message.sender else ""
    at = signature.at
    if at is None and message.date is not None:
        at = message.date.timestamp()  # it is covered, too
    return (
        signature.algorithm in ALGORITHMS
        and within(author, signature.domain)
        and within(signature.identity, signature.domain)
        and set(signature.covers) >= MUST_COVER
        and not signature.partial
        and at is not None
        and -EARLY_SECONDS <= received_at - at <= MOST_DAYS * 86400.0
        and (signature.until is None or max(received_at, at) <= signature.until)
    )


def _holds(candidate: _Candidate, key: PublishedKey) -> bool:
    signature = candidate.signature
    if ALGORITHMS[signature.algorithm] != key.kind or (key.exact and signature.identity != signature.domain):
        return False
    body = body_form(candidate.form.body, relaxed=signature.relaxed_body)
    if sha256(body).digest() != signature.body_hash:
        return False
    octets = header_form(candidate.form, candidate.field, signature.covers, relaxed=signature.relaxed_header)
    return _signed(key, signature.value, octets)


def _signed(key: PublishedKey, value: bytes, octets: bytes) -> bool:
    try:
        if key.kind == "ed25519":  # RFC 8463 section 3: the hash is what is signed
            Ed25519PublicKey.from_public_bytes(key.octets).verify(value, sha256(octets).digest())
            return True
        rsa = load_der_public_key(key.octets)
        if not isinstance(rsa, RSAPublicKey) or not RSA_BITS[0] <= rsa.key_size <= RSA_BITS[1]:
            return False
        rsa.verify(value, octets, PKCS1v15(), SHA256())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True

"""The tokens on the disk: one file beside the configuration, readable by its owner only, whole at every moment."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from stat import S_IMODE
from tempfile import NamedTemporaryFile

NAME = "triaged.tokens"


class Damaged(Exception):  # noqa: N818 - it reads as what is the case
    """The file of tokens cannot be used; its words say why, and never a token."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a provider granted, and whether it still does."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)  # "" where none was given
    got_at: float
    ends_at: float
    refused: str = ""  # in plain words: it is not renewed any more
    refused_at: float = 0.0


def tokens_beside(config: Path) -> Path:
    """Return where the tokens are kept: beside the configuration."""
    return config.absolute().parent / NAME


def read(path: Path) -> dict[str, Token]:
    """Return all tokens by the names of their logins; none where there is no file yet.

    Raises:
        Damaged: the file is open to others, cannot be read, or holds no tokens.

    """
    try:
        mode = S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise Damaged(f"{path} is open to others (mode {mode:04o}); make it yours alone: chmod 600 {path}")
        return {name: _token(row) for name, row in dict(json.loads(path.read_text("utf-8"))).items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Damaged(f"{path} cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    except (ValueError, TypeError, AttributeError, KeyError):
        raise Damaged(f"{path} holds no tokens: remove it and run `triaged login` again") from None


def write(path: Path, name: str, token: Token) -> None:
    """Keep a token in the place of the one before; after a loss of power there is the old file or the new one.

    Only while holding `held`, or another process's token may be lost.

    Raises:
        Damaged: the file that is there cannot be used.
        OSError: the folder cannot be written.

    """
    rows = {key: asdict(one) for key, one in {**read(path), name: token}.items()}
    with NamedTemporaryFile("w", dir=path.parent, prefix=".triaged-tokens-", encoding="utf-8", delete=False) as new:
        try:
            json.dump(rows, new)
            new.flush()
            os.fsync(new.fileno())  # mkstemp made it 0600 from the first moment
            Path(new.name).replace(path)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Be the only process that renews tokens; waits for the other one.

    Raises:
        OSError: the folder cannot be written.

    """
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def refusals(path: Path) -> tuple[tuple[str, Token], ...]:
    """Return the logins that their providers no longer accept, by name.

    Raises:
        Damaged: the file cannot be used.

    """
    return tuple(sorted((name, one) for name, one in read(path).items() if one.refused))


def _token(row: dict[str, object]) -> Token:
    kinds = {one.name: (float if one.type is float else str) for one in fields(Token)}
    values = {name: kind(row[name]) for name, kind in kinds.items()}  # type: ignore[arg-type]
    return Token(**values)  # type: ignore[arg-type]

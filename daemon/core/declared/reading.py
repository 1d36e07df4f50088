"""From the tables of a TOML file to Settings, or to every mistake in them, in plain words."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from daemon.core.declared.agreement import disagreements
from daemon.core.fault import Path, key_of
from daemon.core.section import ENDPOINT, ID
from daemon.core.settings import (
    CLAMD,
    CLOCK,
    DAYS,
    EMAIL,
    FOLDER,
    HEADER,
    HOST,
    HOURS,
    LANGUAGE,
    LINE,
    LISTEN,
    REDIS,
    RELAY,
    SPARE,
    STORE,
    WEEKLY,
    Settings,
)
from daemon.core.signalling import SIGNING

Complaint = tuple[Path, str]
M = TypeVar("M", bound=BaseModel)

SHAPES: Mapping[str, str] = {  # what a text must look like, by the pattern that holds it to it
    EMAIL: "must be a mail address such as help@acme.example",
    CLOCK: 'must be a time of day such as "09:30"',
    HOURS: 'must be two times of day such as "09:00-17:00"',
    DAYS: 'must be days such as "mon-fri" or "mon,wed"',
    WEEKLY: 'must be a day and a time such as "mon 09:00"',
    ID: "must be a short name: a small letter, then small letters, digits, - or _",
    LANGUAGE: 'must be a language of two small letters, such as "en" or "de"',
    HOST: 'must be a host name such as "help.acme.example"',
    FOLDER: "must be the name of a folder: one line of 200 letters at most",
    HEADER: 'must be the name of a header, such as "Delivered-To"',
    LINE: "must be one line of text, without control characters",
    ENDPOINT: 'must be an address that begins with "https://"',
    LISTEN: 'must be an address and a port, such as "127.0.0.1:8025" or "[::1]:8025"',
    STORE: 'must begin with "sqlite:///" or "postgresql://"',
    REDIS: 'must begin with "redis://" or "rediss://"',
    RELAY: 'must be "maildir:PATH", "smtp://host:port" or "smtps://host:port"',
    SIGNING: 'must be "whsec_" and 24 random octets or more in base64',
    CLAMD: 'must be "unix:/PATH" or "tcp:HOST:PORT"',
    SPARE: 'must be "sendmail:/PATH", "maildir:PATH", "smtp://host:port" or "smtps://host:port"',
}

WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {  # pydantic's kinds of error, in the operator's words
    "missing": lambda _: "is missing",
    "string_type": lambda _: "must be text, in quotes",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "int_parsing_size": lambda _: "is too large a number",
    "float_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "finite_number": lambda _: "must be a number that has an end",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "tuple_type": lambda _: "must be a list, in [square brackets]",
    "literal_error": lambda c: f"must be {c['expected'].replace(chr(39), chr(34))}",
    "greater_than": lambda c: f"must be more than {c['gt']:g}",
    "greater_than_equal": lambda c: f"must be {c['ge']:g} or more",
    "less_than": lambda c: f"must be less than {c['lt']:g}",
    "less_than_equal": lambda c: f"must be {c['le']:g} or less",
    "string_too_short": lambda _: "must not be empty",
    "too_short": lambda _: "must not be empty",
    "string_too_long": lambda c: f"must be no longer than {c['max_length']} character{'s'[: c['max_length'] > 1]}",
    "string_pattern_mismatch": lambda c: SHAPES[c["pattern"]],
    "value_error": lambda c: str(c["error"]),
}


def read(data: Mapping[str, Any]) -> Settings | tuple[Complaint, ...]:
    """Validate the tables of triaged.toml and hold them against each other; all complaints at once."""
    try:
        settings = Settings.model_validate(data)
        complaints: tuple[Complaint, ...] = ()
    except ValidationError as error:
        complaints = tuple(_complaint(detail, data) for detail in error.errors(include_url=False))
        settings = _loosely(Settings, data)
    known = [path for path, _ in complaints]
    complaints += tuple(c for c in disagreements(settings) if not any(_touch(c[0], path) for path in known))
    return complaints or settings


def _touch(path: Path, known: Path) -> bool:
    """Say whether a place is already complained of: itself, or the one around it."""
    return path[: len(known)] == known


def _complaint(detail: ErrorDetails, data: Mapping[str, Any]) -> Complaint:
    """Translate one of pydantic's errors."""
    path: Path = detail["loc"]
    shape = next((words for speaks, words in SHAPED if speaks(detail)), _value)
    return path, shape(detail, _at(data, path))


def _unknown(detail: ErrorDetails, _: object) -> str:
    *around, name = detail["loc"]
    return f"there is no such setting{_nearest(str(name), _fields_at(tuple(around)))}"


def _absent(detail: ErrorDetails, _: object) -> str:
    path = detail["loc"]
    if len(path) == 1:
        needed = [name for name, field in _model_at(path).model_fields.items() if field.is_required()]
        return f"the table [{path[0]}] is missing; it needs {' and '.join(needed)}"
    field = _model_at(path[:-1]).model_fields[str(path[-1])]
    return f"is missing: {field.description}" if field.description else "is missing"


def _no_table(detail: ErrorDetails, _: object) -> str:
    name, *inner = detail["loc"]
    return "must be a table, in {braces}" if inner else f"must be a table: [{name}], and its settings below"


def _no_list_of_tables(detail: ErrorDetails, _: object) -> str:
    return f"must be written [[{key_of(detail['loc'])}]], once for each"


def _value(detail: ErrorDetails, value: object) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    words = WORDS[kind](context) if kind in WORDS else detail["msg"].lower()
    told = kind == "value_error" or context.get("pattern") == SIGNING  # a rule of ours has quoted it; or it is a secret
    quoted = "" if told else _given(value)
    return words + quoted + _guess(value, context)


SHAPED: tuple[tuple[Callable[[ErrorDetails], bool], Callable[[ErrorDetails, object], str]], ...] = (
    (lambda d: d["type"] == "extra_forbidden", _unknown),
    (lambda d: d["type"] == "missing", _absent),
    (lambda d: d["type"] == "model_type", _no_table),
    (lambda d: d["type"] == "tuple_type" and _model_of(_annotation(d["loc"])) is not None, _no_list_of_tables),
)


def _given(value: object) -> str:
    """Quote a short text that was given instead, unless it is an address that may hold a password."""
    return (
        f', not "{value}"'
        if isinstance(value, str) and 0 < len(value) <= 60 and value.isprintable() and "://" not in value
        else ""
    )


def _guess(value: object, context: Mapping[str, Any]) -> str:
    choices = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
    return _nearest(value, tuple(choices)) if isinstance(value, str) and context.get("expected") else ""


def _nearest(word: str, choices: tuple[str, ...]) -> str:
    near = get_close_matches(word.lower(), choices, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _at(data: object, path: Path) -> object:
    for step in path:
        if isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _annotation(path: Path) -> Any:
    annotation: Any = Settings
    for step in path:
        if isinstance(step, str):
            model = _model_of(annotation)
            annotation = model.model_fields[step].annotation if model and step in model.model_fields else None
    return annotation


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """Return the table behind `T`, `T | None` or `tuple[T, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {tuple, Union, UnionType}:
        return next((model for arg in get_args(annotation) if (model := _model_of(arg))), None)
    return None


def _model_at(path: Path) -> type[BaseModel]:
    return _model_of(_annotation(path)) or Settings


def _fields_at(path: Path) -> tuple[str, ...]:
    return tuple(_model_at(path).model_fields)


def _loosely(model: type[M], data: Mapping[str, Any]) -> M:
    """Make what can be made of a table at fault, so that the rest of the file can still be held against it."""
    values: dict[str, Any] = {name: _loose(field, data.get(name)) for name, field in model.model_fields.items()}
    return model.model_construct(**values)


def _loose(field: FieldInfo, given: object) -> object:
    model = _model_of(field.annotation)
    several = get_origin(field.annotation) is tuple
    default = "" if field.is_required() else field.get_default()
    if model and several:
        return tuple(_loosely(model, item if isinstance(item, Mapping) else {}) for item in _each(given))
    if model:
        return _loosely(model, given) if isinstance(given, Mapping) else default or _loosely(model, {})
    if several:
        return tuple(item for item in _each(given) if isinstance(item, str)) if given is not None else default
    kind = str if default is None else type(default)
    return given if isinstance(given, kind) else default


def _each(data: object) -> tuple[object, ...]:
    return tuple(data) if isinstance(data, list | tuple) else ()

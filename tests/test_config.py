"""triaged.toml and the key file: what is read from them, and every mistake told at once, in the words expected."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon import config
from daemon.core.declared.places import line_of, places
from daemon.core.declared.reading import read
from daemon.core.fault import Faults
from daemon.core.mail.address import message_id
from daemon.core.settings import Section, Settings

CONFIGS = sorted(path for path in (Path(__file__).parent / "configs").glob("[0-9]*.toml"))
MINIMUM = '[desk]\naddress = "help@acme.example"\n[pipeline]\naddress = "product@acme.example"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "definition.toml").write_text("", "utf-8")
    return tmp_path


def write(folder: Path, more: str = "", text: str = MINIMUM) -> Path:
    path = folder / "triaged.toml"
    path.write_text(text + more, "utf-8")
    return path


def load(path: Path, **environ: str) -> Settings:
    answer = config.load(path, environ)
    assert isinstance(answer, Settings), answer.lines()
    return answer


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_bad_file_is_answered_with_the_words_expected(path: Path) -> None:
    answer = config.load(path, {})
    assert isinstance(answer, Faults)
    told = [line.removeprefix(str(path)).removeprefix(":").strip() for line in answer.lines()]
    assert told == path.with_suffix(".expected").read_text("utf-8").splitlines()


def test_every_kind_of_mistake_has_its_file() -> None:
    assert len(CONFIGS) >= 30


def test_no_fault_shows_a_secret() -> None:
    for path in CONFIGS:
        answer = config.load(path, {})
        assert isinstance(answer, Faults)
        assert not any("secret@" in line for line in answer.lines()), path


def test_faults_stand_in_the_order_of_the_file() -> None:
    answer = config.load(Path(__file__).parent / "configs" / "38-everything-at-once.toml", {})
    assert isinstance(answer, Faults)
    lines = [fault.line for fault in answer.faults if fault.line]
    assert len(lines) > 10
    assert lines == sorted(lines)


def test_the_least_file_is_enough(folder: Path) -> None:
    settings = load(write(folder))
    assert settings.desk.address == "help@acme.example"
    assert settings.smtp is None
    assert settings.desk.hold_seconds == 90


def test_paths_become_absolute_beside_the_file(folder: Path) -> None:
    settings = load(write(folder))
    assert settings.store.url == f"sqlite:///{folder}/triaged.db"
    assert settings.relay.url == f"maildir:{folder}/outgoing"
    assert settings.emergency.definition == f"{folder}/definition.toml"


def test_absolute_paths_stay(folder: Path) -> None:
    settings = load(write(folder, '[store]\nurl = "sqlite:////var/lib/t.db"\n[relay]\nurl = "maildir:/var/out"\n'))
    assert settings.store.url == "sqlite:////var/lib/t.db"
    assert settings.relay.url == "maildir:/var/out"


def test_a_relative_name_of_the_file_gives_absolute_paths_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder)
    monkeypatch.chdir(folder)
    assert load(Path("triaged.toml")).store.url == f"sqlite:///{folder}/triaged.db"


def test_a_secret_comes_from_the_environment_or_from_a_file(folder: Path) -> None:
    (folder / "pass").write_text("from file\n", "utf-8")
    more = """
[relay]
url = "smtp://mail.acme.example"
user = "help"
password = { env = "PASS" }
[[imap]]
host = "imap.acme.example"
user = "help"
password = { file = "pass" }
"""
    settings = load(write(folder, more), PASS="from environment")
    assert settings.relay.password == "from environment"
    assert settings.imap[0].password == "from file"


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(folder: Path) -> None:
    path = folder / "triaged.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMUM.replace("\n", "\r\n").encode())
    assert load(path).desk.address == "help@acme.example"


def test_a_file_that_is_not_there_is_a_fault_that_helps(tmp_path: Path) -> None:
    answer = config.load(tmp_path / "none.toml", {})
    assert isinstance(answer, Faults)
    assert "triaged init" in answer.lines()[0]


def test_a_file_nested_without_end_is_a_fault(tmp_path: Path) -> None:
    answer = config.load(write(tmp_path, text="a = " + "[" * 100_000), {})
    assert isinstance(answer, Faults)
    assert "too deeply" in answer.lines()[0]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    answer = config.load(tmp_path, {})
    assert isinstance(answer, Faults)
    assert "is a directory" in answer.lines()[0]


def test_the_option_is_found_before_the_environment_and_that_before_this_folder() -> None:
    assert config.find(Path("a.toml"), {"TRIAGED_CONFIG": "b.toml"}) == Path("a.toml")
    assert config.find(None, {"TRIAGED_CONFIG": "b.toml"}) == Path("b.toml")
    assert config.find(None, {}) == Path("triaged.toml")


def test_the_key_is_made_once_and_for_its_owner_only(folder: Path) -> None:
    path = write(folder)
    assert config.make_key(path)
    first = config.desk_keys(path)
    assert not config.make_key(path)
    assert config.desk_keys(path) == first
    assert config.key_file(path).stat().st_mode & 0o777 == 0o600
    assert not isinstance(first, Faults)
    assert len(first[0].secret) == 32
    assert sorted(p.name for p in folder.iterdir()) == ["definition.toml", "triaged.key", "triaged.toml"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_key_that_others_can_read_or_write_is_refused(folder: Path, mode: int) -> None:
    path = write(folder)
    config.make_key(path)
    config.key_file(path).chmod(mode)
    answer = config.desk_keys(path)
    assert isinstance(answer, Faults)
    assert "chmod 600" in answer.lines()[0]


def test_several_keys_are_a_rotation_and_the_first_signs(folder: Path) -> None:
    path = write(folder)
    config.make_key(path)
    old = config.desk_keys(path)
    assert not isinstance(old, Faults)
    text = config.key_file(path).read_text("ascii")
    config.key_file(path).write_text("# new\n2 " + "QUJD" * 8 + "\n" + text, "ascii")
    keys = config.desk_keys(path)
    assert not isinstance(keys, Faults)
    assert [key.name for key in keys] == ["2", "1"]
    assert keys[1] == old[0]
    assert message_id(config.own_of(load(path), keys), "a" * 16).startswith("2")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no key"),
        ("12 " + "QUJD" * 8, "one digit or small letter"),
        ("1 what?", "no base64"),
        ("1 QUJD", "too short"),
        ("1 " + "QUJD" * 8 + "\n1 " + "QUJD" * 8, "named 1 already"),
    ],
)
def test_a_broken_key_file_is_told_without_its_secret(folder: Path, text: str, words: str) -> None:
    path = write(folder)
    config.key_file(path).write_text(text, "ascii")
    config.key_file(path).chmod(0o600)
    answer = config.desk_keys(path)
    assert isinstance(answer, Faults)
    assert words in answer.lines()[0]
    assert "QUJD" not in " ".join(answer.lines())


def test_an_absent_key_says_who_makes_it(folder: Path) -> None:
    answer = config.desk_keys(write(folder))
    assert isinstance(answer, Faults)
    assert "triaged run" in answer.lines()[0]


def test_what_is_ours_is_folded(folder: Path) -> None:
    path = write(folder, text=MINIMUM.replace("help@acme", "Help@ACME"))
    own = config.own_of(load(path), ())
    assert own.addresses == ("help@acme.example",)
    assert own.host == "ACME.example"


def test_a_key_that_cannot_be_written_is_an_error(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        config.make_key(folder / "nowhere" / "triaged.toml")


def test_every_key_has_its_place() -> None:
    text = 'a = 1\n[b]\nc.d = """\n[no]\nx = 1\n"""\ne = [\n 1, # ]\n "]",\n]\n'
    text += '[[f]]\n"g h" = { i = 1 }\n[[f]]\n[f.j]\nk = \'"\'\n'
    found = places(text)
    tomllib.loads(text)
    assert found == {
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "c", "d"): 3,
        ("b", "e"): 7,
        ("f",): 11,
        ("f", 0): 11,
        ("f", 0, "g h"): 12,
        ("f", 1): 13,
        ("f", 1, "j"): 14,
        ("f", 1, "j", "k"): 15,
    }
    assert line_of(found, ("f", 1, "absent")) == 13
    assert line_of(found, ("absent",)) is None


ADDRESSES = [
    "",
    "a",
    "a@b.example",
    "b@b.example",
    "smtp://[",
    "smtps://a:b",
    "maildir:",
    "sqlite:///",
    "::",
    "+",
    "\0",
]
OTHERS = [0, -1, 70000, 1.5, float("nan"), True, date(2026, 1, 1), {"env": "HOME"}, {}, [], ["a", "a"], ["a", 1], [{}]]
LEAF = st.sampled_from([*ADDRESSES, *OTHERS])
TABLES = st.fixed_dictionaries(
    {},
    optional={
        section: one | st.lists(one, max_size=3) | LEAF
        for section, field in Settings.model_fields.items()
        for model in Section.__subclasses__()
        if model.__name__ in str(field.annotation)
        for one in [st.fixed_dictionaries({}, optional={"x": LEAF, **dict.fromkeys(model.model_fields, LEAF)})]
    },
)


@given(TABLES)
def test_whatever_a_file_holds_is_read_or_told(data: dict[str, Any]) -> None:
    answer = read(data)
    if not isinstance(answer, Settings):
        assert answer
        assert all(words for _, words in answer)


VALUES = st.one_of(
    st.integers().map(str),
    st.text(st.characters(exclude_characters='"\\', min_codepoint=32, max_codepoint=0x7E)).map(lambda t: f'"{t}"'),
    st.text(st.sampled_from("a[]{}#=\n\"'"))
    .filter(lambda t: '"""' not in t and not t.endswith('"'))
    .map('"""{}"""'.format),
    st.lists(st.sampled_from(['"]"', "1", '"#"', "'['", "[ ]"]), max_size=4).map(lambda v: "[\n" + ",\n".join(v) + "]"),
)


@given(st.lists(VALUES, max_size=8))
def test_a_key_is_found_in_its_line_whatever_the_values_before_it_hold(values: list[str]) -> None:
    text = "".join(f"k{n} = {value}\n" for n, value in enumerate(values)) + "last = 1\n"
    tomllib.loads(text)
    assert places(text)["last",] == text.count("\n")

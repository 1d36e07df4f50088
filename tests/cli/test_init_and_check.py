"""`triaged init` writes a desk that starts, and `triaged check` tells every fault at once."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from daemon import config
from daemon.core.fault import Faults
from daemon.core.settings import Acknowledge, Settings
from tests.cli.conftest import Triaged

SHIPPED = (Path(__file__).parents[2] / "templates" / "triaged.toml").read_text("utf-8")
EXAMPLES = {  # settings that have no default, or none that could be written: what stands there is an example
    "desk.address",
    "desk.host",
    "desk.operator",
    "bell.redis",
    "metrics.listen",
    "smtp.tls_certificate",
    "smtp.tls_key",
    "duty.holidays_file",
    "relay.user",
    "scan.clamd",
    "scan.command",
    "relay.password",
    "pipeline.address",
    "pipeline.feature",
    "pipeline.problem",
    "pipeline.question",
    "pipeline.other",
    "duty.fallback",
    "desk.alarm_relay",
}
SECRET = "whsec_" + "A" * 32
TABLES = ("imap", "oauth", "people", "teams", "notify", "webhooks")  # repeated ones: as a whole, examples


def uncommented() -> dict[str, object]:
    """The shipped file with every setting that is commented out put in force."""
    lines = (re.sub(r"^# (?=\[\[|[a-z0-9_]+ = )", "", line) for line in SHIPPED.splitlines())
    return tomllib.loads("\n".join(lines))


@pytest.mark.parametrize("section", list(Settings.model_fields))
def test_the_shipped_file_tells_of_every_setting(section: str) -> None:
    written = uncommented()[section]
    table = written[0] if isinstance(written, list) else written
    annotation = Settings.model_fields[section].annotation
    model = next(m for m in _models(annotation))
    assert isinstance(table, dict)
    assert sorted(table) == sorted(model.model_fields)


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in getattr(annotation, "__args__", ()) for model in _models(inner)]


def test_what_is_commented_out_is_the_default() -> None:
    said = uncommented()
    for section, field in Settings.model_fields.items():
        if section in TABLES:
            continue
        model = _models(field.annotation)[0]
        table = said[section]
        assert isinstance(table, dict)
        for name, default in ((n, f.default) for n, f in model.model_fields.items()):
            if f"{section}.{name}" not in EXAMPLES:
                assert model.model_validate({**_needed(model), name: table[name]}).model_dump()[name] == _plain(default)


def _needed(model: type[BaseModel]) -> dict[str, str]:
    return {name: "a@b.example" for name, field in model.model_fields.items() if field.is_required()}


def _plain(default: object) -> object:
    return default.model_dump() if isinstance(default, BaseModel) else default


def test_every_budget_has_both_its_halves() -> None:
    table = uncommented()["acknowledge"]
    assert isinstance(table, dict)
    assert Acknowledge.model_validate(table) == Acknowledge()


def test_every_setting_has_a_reason_before_it() -> None:
    lines = SHIPPED.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"(# )?[a-z_0-9]+ = ", line):
            block = number
            while re.match(r"(# )?[a-z_0-9]+ = |# \[\[", lines[block - 1]):
                block -= 1
            assert re.match(r"# [A-Za-z`]", lines[block - 1]), line


def test_with_everything_in_force_the_shipped_file_is_right_but_for_the_files_it_names(tmp_path: Path) -> None:
    path = tmp_path / "triaged.toml"
    text = "\n".join(re.sub(r"^# (?=\[\[|[a-z0-9_]+ = )", "", line) for line in SHIPPED.splitlines())
    path.write_text(text.replace('oauth = "example"\n', ""), "utf-8")
    (tmp_path / "definition.toml").write_text("", "utf-8")
    answer = config.load(
        path,
        {
            "IMAP_PASSWORD": "x",
            "OAUTH_SECRET": "z",
            "RELAY_PASSWORD": "y",
            "ANNA_NOTIFY": "json://a",
            "PIPELINE_SECRET": SECRET,
        },
    )
    assert isinstance(answer, Faults)
    missing = ["smtp.tls_certificate", "smtp.tls_key", "imap[0].ca_file", "duty.holidays_file"]
    assert [fault.key for fault in answer.faults] == missing


def test_a_new_desk_is_right_as_it_stands(new_desk: Path, triaged: Triaged) -> None:
    result = triaged("check", "-c", new_desk)
    assert result.exit_code == 0, result.output
    assert "fault" not in result.output


def test_init_overwrites_nothing(new_desk: Path, triaged: Triaged) -> None:
    new_desk.write_text("# mine\n", "utf-8")
    result = triaged("init", new_desk.parent)
    assert result.exit_code == 1
    assert new_desk.read_text("utf-8") == "# mine\n"


def test_init_adds_the_file_that_is_missing(new_desk: Path, triaged: Triaged) -> None:
    new_desk.write_text("# mine\n", "utf-8")
    (new_desk.parent / "definition.toml").unlink()
    assert triaged("init", new_desk.parent).exit_code == 0
    assert new_desk.read_text("utf-8") == "# mine\n"
    assert (new_desk.parent / "definition.toml").exists()


def test_init_makes_the_folder(tmp_path: Path, triaged: Triaged) -> None:
    assert triaged("init", tmp_path / "new" / "desk").exit_code == 0
    assert (tmp_path / "new" / "desk" / "triaged.toml").exists()


def test_check_tells_the_faults_of_all_files_at_once(new_desk: Path, triaged: Triaged) -> None:
    text = new_desk.read_text("utf-8").replace('"support@example.org"', '"support"', 1)
    new_desk.write_text(text + "\n[duty2]\n", "utf-8")
    (new_desk.parent / "definition.toml").write_text("sentence = 1\n", "utf-8")
    config.make_key(new_desk)
    config.key_file(new_desk).chmod(0o644)
    result = triaged("check", "-c", new_desk)
    assert result.exit_code == 1
    for words in (
        "desk.address: must be a mail address",
        "duty2: there is no such setting",
        "definition.toml",
        "chmod 600",
    ):
        assert words in result.stdout
    assert re.search(r"^\d+ faults$", result.stdout, re.MULTILINE)


def test_check_sees_folders_that_are_not_there(new_desk: Path, triaged: Triaged) -> None:
    text = new_desk.read_text("utf-8").replace("[store]", '[store]\nurl = "sqlite:///no/where/t.db"')
    new_desk.write_text(text.replace("maildir:outgoing", "maildir:no/where/out"), "utf-8")
    result = triaged("check", "-c", new_desk)
    assert result.exit_code == 1
    assert "store.url: there is no folder" in result.stdout
    assert "relay.url: there is no folder" in result.stdout


def test_check_sees_a_relay_that_does_not_answer(new_desk: Path, triaged: Triaged) -> None:
    text = new_desk.read_text("utf-8").replace("maildir:outgoing", "smtp://127.0.0.1:1")
    new_desk.write_text(text, "utf-8")
    result = triaged("check", "-c", new_desk)
    assert result.exit_code == 1
    assert "relay.url: smtp://127.0.0.1:1 does not answer" in result.stdout


def test_check_sees_a_store_that_is_none(new_desk: Path, triaged: Triaged) -> None:
    (new_desk.parent / "triaged.db").write_bytes(b"this is no database, but long enough to be taken for one" * 100)
    result = triaged("check", "-c", new_desk)
    assert result.exit_code == 1
    assert "store.url" in result.stdout
    assert "Traceback" not in result.output


def test_check_finds_the_file_that_the_environment_names(
    new_desk: Path, triaged: Triaged, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert triaged("check").exit_code == 1
    assert triaged("check", env={**os.environ, "TRIAGED_CONFIG": str(new_desk)}).exit_code == 0


def test_check_sees_ways_that_nobody_knows(new_desk: Path, triaged: Triaged) -> None:
    more = """
[[people]]
id = "zoe"
name = "Zoe"
address = "zoe@acme.example"
[[notify]]
person = "zoe"
url = "json://127.0.0.1/"
[[notify]]
person = "zoe"
url = "nonsense-word://x"
[[webhooks]]
name = "pipe"
url = "https://product.acme.example/hook"
secret = "%s"
"""
    new_desk.write_text(new_desk.read_text("utf-8") + more % SECRET, "utf-8")
    told = triaged("check", "-c", new_desk)
    assert told.exit_code == 1
    flat = " ".join(told.stdout.split())
    for words in ("notify[0]: a way to zoe", "notify[1].url: Apprise knows no such way", "webhooks: pipe"):
        assert words in flat
    assert "nonsense-word" not in told.output  # it is a secret
    assert SECRET not in told.output


def test_an_example_that_was_left_in_the_pipeline_is_told(tmp_path: Path, triaged: Triaged) -> None:
    assert triaged("init", tmp_path, "--address", "help@acme.example").exit_code == 0
    told = " ".join(triaged("check", "-c", tmp_path / "triaged.toml").output.split())
    assert "pipeline.address: product@example.org is an example" in told

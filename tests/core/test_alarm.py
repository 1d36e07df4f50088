"""The operator hears once a day of what only a person can mend."""

from daemon.core.desk.alarm import DAY, login_refused

NOW = 1_795_000_000.0
WORDS = "Google no longer accepts the login of support@acme.example: run `triaged login support`"


def test_an_alarm_says_what_is_wrong_since_when_and_what_to_do() -> None:
    alarm = login_refused("support", WORDS, NOW - DAY, NOW)
    assert "support" in alarm.subject
    assert WORDS in alarm.text
    assert "2026-11-17" in alarm.text


def test_it_is_one_alarm_a_day() -> None:
    keys = {login_refused("support", WORDS, NOW, NOW + hours * 3600).key for hours in (0, 1, 2, 24, 25)}
    assert len(keys) == 2

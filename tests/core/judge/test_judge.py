"""A request is held against the written definition, clause by clause, with its own words as evidence."""

import pytest

from store.model.verdict import Part, Tag
from tests.core.judge.desk import outcome, shipped, verdict


def test_someone_who_cannot_work_is_an_emergency() -> None:
    assert outcome("Cannot log in", "Since this morning nobody in our team can log in.") == "page"


def test_a_wish_goes_to_the_pipeline_as_a_feature() -> None:
    assert outcome("Export", "It would be nice to be able to export to CSV.") == "feature"


def test_how_to_do_something_is_a_question() -> None:
    assert outcome("Export", "How do I export my data?") == "question"


def test_a_plain_statement_about_a_thing_is_a_problem() -> None:
    assert outcome("Wall calendar", "It has two Mondays in March.") == "problem"


def test_a_question_mark_makes_what_nothing_else_names_a_question() -> None:
    assert outcome("Wall calendar", "Two Mondays in March?") == "question"


def test_what_is_named_by_its_form_alone_asks_for_no_facts() -> None:
    assert verdict("Wall calendar", "It has two Mondays in March.").missing == ()


@pytest.mark.parametrize("text", ["", "...", "Please find attached our invoice no. 12.", "Danke für das Fest!"])
def test_other_is_what_asks_for_nothing(text: str) -> None:
    assert outcome("", text) == "other"


@pytest.mark.parametrize("text", ["Could you please unlock my account?", "Bitte schalten Sie mir den Zugang frei."])
def test_a_service_asked_for_is_a_question(text: str) -> None:
    assert outcome("", text) == "question"


def test_what_is_over_is_no_emergency() -> None:
    assert verdict("Site down", "The site was down for an hour but is back up again.").tag is not Tag.EMERGENCY


def test_evidence_is_quoted_from_the_place_it_names() -> None:
    subject, text = "Checkout is broken", "Hello,\nour customers can’t pay since the update."
    made = verdict(subject, text)
    quoted = [evidence for clause in made.clauses for evidence in clause.evidence]
    assert {evidence.part for evidence in quoted} == {Part.SUBJECT, Part.TEXT}
    for evidence in quoted:
        source = subject if evidence.part is Part.SUBJECT else text
        assert source[evidence.start : evidence.end] == evidence.text


def test_a_verdict_names_the_definition_that_decided() -> None:
    assert verdict("", "Hello").definition == shipped().hash


@pytest.mark.parametrize(
    "text", ['The app says "seat 12 taken".', "Das Programm meldet „Platz 12 belegt“.", "Ça affiche « 12 »."]
)
def test_what_a_machine_answers_in_quotation_marks_is_evidence(text: str) -> None:
    bare = text.translate(dict.fromkeys(map(ord, '"„“«»')))
    assert verdict("", text).clauses[0].evidence
    assert not verdict("", bare).clauses[0].evidence


@pytest.mark.parametrize("quoted", ["denied", "access was denied", "payment has been denied"])
def test_a_quotation_is_read_from_its_first_word(quoted: str) -> None:
    evidence = verdict("", f'All that I get is "{quoted}"').clauses[0].evidence
    assert quoted in [each.text for each in evidence if each.rule.startswith("machine_refuses")]


def test_a_quotation_that_opens_nothing_is_none() -> None:
    assert verdict("", 'A text that ends in "').tag is Tag.PROBLEM


@pytest.mark.parametrize("text", ["App stürzt ab", "Login geht nicht", "App se cierra", "App plante", "App crasht"])
def test_one_word_that_languages_share_silences_none(text: str) -> None:
    assert outcome("", text) in {"page", "ask"}


@pytest.mark.parametrize("text", ["L'écran est noir, ce n'est pas grave.", "A impressora parou, não foi nada grave."])
def test_a_language_that_denies_with_two_words_denies_once(text: str) -> None:
    assert outcome("", text) == "problem"


@pytest.mark.parametrize("way", ["Auf dem Handy geht es", "Per Telefon klappt es", "Über die Webseite geht es auch"])
def test_a_way_around_that_does_not_go_either_is_none(way: str) -> None:
    assert outcome("", f"Die Kasse funktioniert nicht. {way}.") not in {"page", "ask"}
    assert outcome("", f"Die Kasse funktioniert nicht. {way} nicht.") == "page"

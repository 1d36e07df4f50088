"""A crowd that asks for hands goes first for a stretch, and then what it brought does, however long it goes on."""

from daemon.hands import CROWD, CROWD_SECONDS, STRETCH_SECONDS, Crowd

NOW = 1000.0
MOMENT = 0.01  # between two who ask


def crowd_of(count: int = CROWD, now: float = NOW) -> Crowd:
    crowd = Crowd()
    for _ in range(count):
        crowd.comes(now)
    return crowd


def went_first(crowd: Crowd, begun: float, seconds: float) -> float:
    """Let somebody ask and another leave all the time; returns for how many of these seconds the crowd went first."""
    moments = 0
    for number in range(round(seconds / MOMENT)):
        crowd.comes(begun + number * MOMENT)
        crowd.leaves()
        moments += crowd.goes_first(begun + number * MOMENT)
    return moments * MOMENT


def test_a_few_who_ask_are_no_crowd() -> None:
    assert not crowd_of(CROWD - 1).goes_first(NOW)


def test_those_who_ask_one_after_the_other_are_no_crowd() -> None:
    crowd = crowd_of(CROWD - 2)
    assert went_first(crowd, NOW, 1.0) == 0


def test_a_crowd_goes_first_until_it_is_through() -> None:
    crowd = crowd_of()
    assert crowd.goes_first(NOW + CROWD_SECONDS - MOMENT)
    assert not crowd.goes_first(NOW + CROWD_SECONDS)


def test_one_that_lasts_goes_first_for_a_stretch_and_never_again_while_its_mail_waits() -> None:
    seconds = went_first(crowd_of(), NOW, 60.0)
    assert STRETCH_SECONDS - 3 * MOMENT < seconds <= STRETCH_SECONDS + MOMENT


def test_one_that_comes_and_goes_has_no_more_of_a_stretch_than_one_that_stays() -> None:
    crowd, seconds = crowd_of(), 0.0
    for number in range(30):
        seconds += went_first(crowd, NOW + 2.0 * number, 0.3)
    assert seconds <= STRETCH_SECONDS


def test_the_next_crowd_goes_first_once_nothing_waits_any_more() -> None:
    crowd = crowd_of()
    went_first(crowd, NOW, 10.0)
    assert not crowd.goes_first(NOW + 10.0)
    crowd.is_through()
    assert went_first(crowd, NOW + 10.0, 1.0) > 0.9

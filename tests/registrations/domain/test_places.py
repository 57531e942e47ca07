import random

import pytest

from registrations.domain.places import Places


@pytest.mark.parametrize(
    ("capacity", "taken", "waiting", "people", "together", "seated"),
    [
        (None, 500, 0, 10, False, 10),
        (3, 0, 0, 3, False, 3),
        (3, 1, 0, 3, False, 2),
        (3, 1, 0, 3, True, 0),
        (3, 1, 0, 2, True, 2),
        (3, 3, 0, 1, False, 0),
        (3, 2, 1, 1, False, 0),
        (3, 5, 0, 1, False, 0),
        (None, 5, 2, 1, False, 0),
    ],
    ids=[
        "unlimited",
        "all fit",
        "some fit",
        "together or not at all",
        "together and they fit",
        "full",
        "a free place, but somebody waits",
        "more confirmed than a lowered capacity",
        "somebody waits since before the limit was lifted",
    ],
)
def test_seat(capacity, taken, waiting, people, together, seated):
    places = Places(capacity=capacity, taken=taken, waiting=waiting)

    assert places.seat(people, keep_together=together) == seated


def test_left_is_never_negative():
    assert Places(capacity=2, taken=5, waiting=0).left == 0


def test_any_sequence_of_groups_never_exceeds_the_capacity():
    chance = random.Random(20270309)
    for _round in range(500):
        capacity, taken, waiting = chance.randint(1, 12), 0, 0
        for _group in range(10):
            people, together = chance.randint(1, 4), chance.random() < 0.5
            seated = Places(capacity, taken, waiting).seat(people, keep_together=together)
            assert seated == 0 or waiting == 0  # nobody overtakes
            taken, waiting = taken + seated, waiting + people - seated
            assert taken <= capacity

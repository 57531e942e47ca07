import random

import pytest

from registrations.domain.places import (
    Claim,
    Limits,
    Obstacle,
    Places,
    Quota,
    Seats,
    allocate,
    obstacle,
)

POLICE, WELFARE, SCHOOL = 1, 2, 3


def claims(number, *, partner=1, kind=WELFARE, first=100):
    return [Claim(first + n, partner, kind) for n in range(number)]


def test_left_is_never_negative():
    assert Places(capacity=2, taken=5, waiting=0).left == 0


@pytest.mark.parametrize(
    ("places", "is_full"),
    [
        (Places(None, 500, 3), False),
        (Places(3, 3, 0), True),
        (Places(3, 2, 5), False),  # they wait for another reason
        (Places(3, 2, 1, queue_first=True), True),
        (Places(3, 2, 0, queue_first=True), False),
    ],
)
def test_full_is_where_whoever_signs_up_waits(places, is_full):
    assert places.is_full is is_full


# --- why somebody is not seated ----------------------------------------------------------------

QUOTAS = (Quota(frozenset({POLICE}), 2), Quota(frozenset({WELFARE}), 2))


@pytest.mark.parametrize(
    ("limits", "seated", "wanted", "expected"),
    [
        (Limits(capacity=None), claims(500), claims(1), None),
        (Limits(capacity=3), claims(2), claims(1), None),
        (Limits(capacity=3), claims(2), claims(2), Obstacle.FULL),
        (Limits(capacity=2), claims(5), claims(1), Obstacle.FULL),
        (Limits(capacity=9, cap=2), claims(1), claims(1), None),
        (Limits(capacity=9, cap=2), claims(1), claims(2), Obstacle.CAP),
        (Limits(capacity=9, cap=2), claims(2), claims(1, partner=2), None),
        (Limits(capacity=2, cap=2), claims(2), claims(1), Obstacle.CAP),
        (Limits(capacity=9, cap=2, cap_by_kind={WELFARE: 3}), claims(2), claims(1), None),
        (Limits(capacity=9, cap=2, cap_by_kind={WELFARE: None}), claims(7), claims(1), None),
        (
            Limits(capacity=9, cap_by_kind={WELFARE: 3}, cap_by_partner={1: 0}),
            [],
            claims(1),
            Obstacle.CAP,
        ),
        (Limits(capacity=9, priority=frozenset({POLICE})), [], claims(1), Obstacle.PRIORITY),
        (Limits(capacity=9, priority=frozenset({WELFARE})), [], claims(1), None),
        (
            Limits(capacity=9, priority=frozenset({POLICE})),
            [],
            claims(1, kind=None),
            Obstacle.PRIORITY,
        ),
        (Limits(capacity=6, quotas=QUOTAS), claims(2), claims(1), Obstacle.QUOTA),
        (Limits(capacity=6, quotas=QUOTAS), claims(2), claims(2, kind=POLICE), None),
        (Limits(capacity=6, quotas=QUOTAS), claims(2), claims(2, kind=SCHOOL), None),
        (Limits(capacity=6, quotas=QUOTAS), [], claims(3, kind=None), Obstacle.QUOTA),
        (Limits(capacity=None, quotas=QUOTAS), [], claims(9, kind=SCHOOL), None),
        (Limits(capacity=3, quotas=QUOTAS), [], claims(1, kind=SCHOOL), Obstacle.QUOTA),
    ],
    ids=[
        "unlimited",
        "the last place",
        "one too many",
        "more seated than a lowered capacity",
        "the second of two",
        "beyond the cap",
        "the cap is of each service",
        "the service hears of its cap first",
        "a kind has another cap",
        "a kind has none",
        "a service may have nobody",
        "others come first",
        "who comes first",
        "no kind comes first",
        "the quota is used up",
        "another quota",
        "what no quota keeps",
        "what no quota keeps is used up",
        "quotas of an unlimited session",
        "quotas keep more than there is",
    ],
)
def test_what_stands_in_the_way(limits, seated, wanted, expected):
    seats = Seats(limits, seated)

    assert seats.obstacle(wanted) is expected
    assert seats.obstacle(wanted) is expected  # asking seats nobody


# --- in which order ----------------------------------------------------------------------------


def test_a_group_that_does_not_fit_is_passed_over_and_holds_up_nobody():
    seats = {7: Seats(Limits(capacity=3), claims(1))}
    group, one, two = ({7: claims(n, first=first)} for n, first in ((3, 10), (1, 20), (1, 30)))

    assert allocate(seats, [group, one, two]) == [one, two]
    assert obstacle(seats, group) is Obstacle.FULL


def test_who_is_in_several_sessions_has_a_place_in_each_or_in_none():
    seats = {7: Seats(Limits(capacity=3)), 8: Seats(Limits(capacity=1), claims(1))}
    both = {7: claims(1, first=10), 8: claims(1, first=20)}

    assert allocate(seats, [both]) == []
    assert (seats[7].taken, seats[8].taken) == (0, 1)


def test_any_queue_is_served_in_order_within_every_limit():
    """Whoever is left could not have been seated when it was their turn."""
    chance = random.Random(20270309)
    for _round in range(500):
        limits = Limits(
            capacity=chance.choice([None, *range(1, 12)]),
            cap=chance.choice([None, 1, 2, 3]),
            quotas=chance.choice([(), QUOTAS]),
            priority=chance.choice([frozenset(), frozenset({POLICE, WELFARE})]),
        )
        queue = [
            {
                7: claims(
                    chance.randint(1, 4),
                    partner=chance.randint(1, 5),
                    kind=chance.choice([None, POLICE, WELFARE, SCHOOL]),
                    first=100 * number,
                )
            }
            for number in range(12)
        ]
        seated = allocate({7: Seats(limits)}, queue)

        by_hand = Seats(limits)
        for unit in queue:
            fits = by_hand.obstacle(unit[7]) is None
            assert fits == any(unit is one for one in seated)
            if fits:
                by_hand.seat(unit[7])
        within(limits, [claim for unit in seated for claim in unit[7]])


def within(limits, seated):
    """Counted anew, limit by limit."""
    assert limits.capacity is None or len(seated) <= limits.capacity
    for partner in {one.partner for one in seated}:
        assert limits.cap is None or sum(one.partner == partner for one in seated) <= limits.cap
    for quota in limits.quotas:
        assert sum(one.kind in quota.kinds for one in seated) <= quota.places
    if limits.quotas and limits.capacity is not None:
        kept = sum(quota.places for quota in limits.quotas)
        others = [one for one in seated if limits.quota_of(one) is None]
        assert len(others) <= max(0, limits.capacity - kept)
    if limits.priority:
        assert {one.kind for one in seated} <= limits.priority

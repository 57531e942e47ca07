from itertools import product

import pytest

from registrations.domain import states
from registrations.domain.states import TRANSITIONS
from registrations.enums import LIVING, ParticipationStatus, Verb
from registrations.exceptions import NotInThisStateError
from tests import states_page

STEPS = [(step.verb, step.source, target) for step in TRANSITIONS for target in step.targets]
IMPOSSIBLE = sorted(
    set(product(Verb, [None, *ParticipationStatus], ParticipationStatus)) - set(STEPS), key=str
)


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_of_the_table_may_be_done(step):
    states.check(*step)


def test_every_other_step_is_refused():
    refused = []
    for step in IMPOSSIBLE:
        with pytest.raises(NotInThisStateError):
            states.check(*step)
        refused.append(step)

    assert len(refused) + len(STEPS) == len(Verb) * (len(ParticipationStatus) + 1) * len(
        ParticipationStatus
    )


def test_each_verb_has_one_line_for_each_state_it_leads_from():
    begun = [(step.verb, step.source) for step in TRANSITIONS]

    assert len(begun) == len(set(begun))
    assert {step.verb for step in TRANSITIONS} == set(Verb)


def test_what_leads_somewhere_is_living_and_every_state_is_reached():
    assert {step.source for step in TRANSITIONS} - {None} == set(LIVING)
    assert {target for step in TRANSITIONS for target in step.targets} == set(ParticipationStatus)


def test_targets_of_what_may_not_be_done_are_none():
    assert states.targets(Verb.OFFER, ParticipationStatus.CONFIRMED) == ()


@pytest.mark.sqlite
def test_the_page_about_states_is_as_the_table_says():
    assert states_page.PAGE.read_text(encoding="utf-8") == states_page.page(), "Run `make docs`."

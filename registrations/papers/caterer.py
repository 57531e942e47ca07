"""For the caterer: numbers of meals and diets, without anybody's name or service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from registrations.papers.frame import Paper, frame

if TYPE_CHECKING:
    from registrations.domain.of_the_day import Announced, Meals


def caterer(told: Announced, meals: Meals) -> Paper:
    data, _images = frame(told, _("Numbers for the caterer"))
    unknown = [{"words": _("did not say"), "number": meals.unknown}] if meals.unknown else []
    erased = _("Answers about meals are erased some days after a session: these are gone.")
    data |= {
        # Funders are of no use to a kitchen, and of a discreet session neither is its title.
        "logos": [],
        "mentions": [],
        "question": "",
        "training": "" if told.session.training.is_discreet else told.title,
        "title": data["heading"],
        "expected": meals.expected,
        "expected_words": _("people expected"),
        "staying": meals.staying,
        "staying_words": _("lunches"),
        "answers_heading": _("Lunch"),
        "answer": _("Answer"),
        "number": _("Number"),
        "answers": [
            {"words": _("stay for lunch"), "number": meals.staying},
            {"words": _("do not stay"), "number": meals.leaving},
            *unknown,
        ],
        "diets_heading": _("Diets"),
        "diet": _("Diet, as it was written"),
        "diets": [{"words": words, "number": number} for words, number in meals.diets],
        "no_diet": _("Nobody asked for a special meal."),
        "note": erased if meals.are_erased else "",
    }
    return Paper("caterer", data)

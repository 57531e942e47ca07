"""Rules as people read them, in the active language."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from registrations.enums import Promotion
from registrations.models import ServiceCap, SignUpRules, Workshop
from trainings import wording
from trainings.models import TrainingSession

HOURS_A_DAY = 8


class Rules:
    """What some rules say of one session at one instant, or of sessions to come in general.

    Only what holds is said: what has ended by `at` is left out, and no service is ever named.
    Days are dates where `session` is known, and so many days before it else.
    """

    def __init__(
        self,
        rules: SignUpRules,
        *,
        session: TrainingSession | None = None,
        at: datetime | None = None,
        workshops: Collection[Workshop] = (),
        is_indivisible: bool = False,
        is_decided: bool = False,
    ) -> None:
        self.rules = rules
        self.session = session
        self.at = at
        self.workshops = workshops
        self.is_indivisible = is_indivisible
        self.is_decided = is_decided
        # Rules that are only proposed have nothing that hangs from them.
        self.caps = list(rules.caps.all()) if rules.pk else []
        self.quotas = list(rules.quotas.all()) if rules.pk else []
        self.priority = list(rules.priority_kinds.all()) if rules.pk else []
        self.capacity = session.capacity if session else rules.capacity

    def sentences(self) -> list[str]:
        """In the order in which somebody who signs up meets them."""
        found = [
            *self._places_and_deadlines(),
            self._together(),
            self._per_service(),
            *map(self._cap, self.caps),
            self._kept(),
            self._first(),
            self._approval(),
            self._waiting(),
            self._held(),
            self._workshops(),
            self._minimum(),
            self._withdrawal(),
        ]
        return [sentence for sentence in found if sentence]

    def _places_and_deadlines(self) -> Iterable[str]:
        """Of one session, its own columns are shown elsewhere."""
        if self.session is not None:
            return
        yield self._places()
        if self.rules.opens_days_before is not None:
            yield self._opening(self.rules.opens_days_before)
        if self.rules.closes_days_before is not None:
            yield _("Registration %(until)s.") % {
                "until": self._until(self.rules.closes_days_before)
            }

    def _places(self) -> str:
        if self.capacity is None:
            return _("As many people as come.")
        places = ngettext("%(places)d place.", "%(places)d places.", self.capacity)
        return places % {"places": self.capacity}

    def _opening(self, days: int) -> str:
        said = ngettext(
            "Registration opens %(days)d day before the session, at %(hour)s.",
            "Registration opens %(days)d days before the session, at %(hour)s.",
            days,
        )
        return said % self._of_rule(days)

    def _together(self) -> str:
        if not self.is_indivisible:
            return ""
        return _(
            "All sessions or none: whoever signs up takes part in every session of the programme "
            "that is still to come."
        )

    def _per_service(self) -> str:
        people = self.rules.per_service
        if people is None:
            return ""
        said = ngettext(
            "At most %(people)d person per service.",
            "At most %(people)d people per service.",
            people,
        )
        return said % {"people": people}

    def _cap(self, cap: ServiceCap) -> str:
        if cap.kind is None:
            return ""
        if cap.places is None:
            return _("%(kind)s: no limit per service.") % {"kind": cap.kind}
        if cap.places == 0:
            return _("%(kind)s: nobody.") % {"kind": cap.kind}
        said = ngettext(
            "%(kind)s: at most %(people)d person per service.",
            "%(kind)s: at most %(people)d people per service.",
            cap.places,
        )
        return said % {"kind": cap.kind, "people": cap.places}

    def _kept(self) -> str:
        if not self.quotas or self._is_over(self.rules.quotas_days_before):
            return ""
        groups = [
            _("%(places)d for %(kinds)s")
            % {"places": quota.places, "kinds": wording.listed(map(str, quota.kinds.all()))}
            for quota in self.quotas
        ]
        if self.capacity is not None:
            others = self.capacity - sum(quota.places for quota in self.quotas)
            if others > 0:
                groups.append(_("%(places)d for the others") % {"places": others})
        kept = _apart(groups)
        until = self._until(self.rules.quotas_days_before)
        if not until:
            return _("Places by kind of service: %(groups)s.") % {"groups": kept}
        return _(
            "Places by kind of service, %(until)s: %(groups)s. What is left is then for everybody."
        ) % {"groups": kept, "until": until}

    def _first(self) -> str:
        if not self.priority or self._is_over(self.rules.priority_days_before):
            return ""
        kinds = wording.listed(map(str, self.priority))
        until = self._until(self.rules.priority_days_before)
        if not until:
            return _("These services come first: %(kinds)s. The others wait.") % {"kinds": kinds}
        return _("These services come first, %(until)s: %(kinds)s. The others wait until then.") % {
            "kinds": kinds,
            "until": until,
        }

    def _approval(self) -> str:
        if not self.rules.needs_approval:
            return ""
        return _("We confirm each registration: before that it is “to be confirmed”.")

    def _waiting(self) -> str:
        if not self._may_be_full():
            return ""
        if not self.rules.has_waiting_list:
            return _("There is no waiting list.")
        if self.rules.promotion == Promotion.CONFIRM:
            return _("A place that becomes free goes to the next on the waiting list at once.")
        if self.rules.promotion == Promotion.BY_HAND:
            return _("When all is taken one waits, and we give places that become free.")
        return _(
            "A place that becomes free is offered to the next on the waiting list, who has "
            "%(time)s to answer, less when the session is near."
        ) % {"time": self._time_to_answer()}

    def _may_be_full(self) -> bool:
        limits = (self.capacity, self.rules.per_service)
        return any(one is not None for one in limits) or bool(
            self.caps or self.quotas or self.priority
        )

    def _time_to_answer(self) -> str:
        days, hours = divmod(self.rules.offer_hours, HOURS_A_DAY)
        if not hours:
            return ngettext("%(days)d working day", "%(days)d working days", days) % {"days": days}
        hours = self.rules.offer_hours
        said = ngettext("%(hours)d working hour", "%(hours)d working hours", hours)
        return said % {"hours": hours}

    def _held(self) -> str:
        places = self.rules.may_hold
        if not places or self._is_over(self.rules.names_days_before):
            return ""
        said = ngettext(
            "A service may hold %(places)d place without a name, and tells the name %(latest)s; "
            "else the place is given away.",
            "A service may hold %(places)d places without names, and tells the names %(latest)s; "
            "else the places are given away.",
            places,
        )
        return said % {"places": places, "latest": self._latest(self.rules.names_days_before)}

    def _workshops(self) -> str:
        if not self.workshops:
            return ""
        return _("Each person chooses one of these workshops, and a second choice: %(all)s.") % {
            "all": _apart(map(_workshop, self.workshops))
        }

    def _minimum(self) -> str:
        people = self.rules.min_participants
        if people is None or self.is_decided or self._is_over(self.rules.decides_days_before):
            return ""
        said = ngettext(
            "The session takes place with %(people)d person or more.",
            "The session takes place with %(people)d people or more.",
            people,
        ) % {"people": people}
        latest = self._latest(self.rules.decides_days_before)
        if not latest:
            return said
        decided = _("We decide %(latest)s.") % {"latest": latest}
        return f"{said} {decided}"

    def _withdrawal(self) -> str:
        if self._is_over(self.rules.withdraw_days_before):
            return ""
        latest = self._latest(self.rules.withdraw_days_before)
        if not latest:
            return ""
        return _("Please withdraw %(latest)s. Later it is possible still, and marked as late.") % {
            "latest": latest
        }

    # --- days ----------------------------------------------------------------------------------

    def _is_over(self, days: int | None) -> bool:
        if self.session is None or self.at is None:
            return False
        return self.rules.before_start(self.session, days) <= self.at

    def _until(self, days: int | None) -> str:
        """Empty for what holds to the end."""
        if days is None:
            return ""
        if self.session is not None:
            return _("until %(moment)s") % {"moment": self._said(self.session, days)}
        said = ngettext(
            "until %(days)d day before the session, at %(hour)s",
            "until %(days)d days before the session, at %(hour)s",
            days,
        )
        on_the_day = pgettext("deadline", "until the day of the session, at %(hour)s")
        return (said if days else on_the_day) % self._of_rule(days)

    def _latest(self, days: int | None) -> str:
        """The same of something that is done once; empty for what may wait to the end."""
        if days is None:
            return ""
        if self.session is not None:
            return _("at the latest on %(moment)s") % {"moment": self._said(self.session, days)}
        said = ngettext(
            "at the latest %(days)d day before the session, at %(hour)s",
            "at the latest %(days)d days before the session, at %(hour)s",
            days,
        )
        on_the_day = pgettext("deadline", "at the latest on the day of the session, at %(hour)s")
        return (said if days else on_the_day) % self._of_rule(days)

    def _of_rule(self, days: int) -> dict[str, object]:
        return {"days": days, "hour": wording.hour(self.rules.deadline_time)}

    def _said(self, session: TrainingSession, days: int) -> str:
        return wording.moment(self.rules.before_start(session, days), session.time_zone)


def _apart(words: Iterable[str]) -> str:
    """In a row whose parts may hold commas."""
    return pgettext("between parts of a list", "; ").join(words)


def _workshop(workshop: Workshop) -> str:
    if workshop.capacity is None:
        return str(workshop)
    places = ngettext("%(places)d place", "%(places)d places", workshop.capacity)
    return _("%(workshop)s (%(places)s)") % {
        "workshop": workshop,
        "places": places % {"places": workshop.capacity},
    }

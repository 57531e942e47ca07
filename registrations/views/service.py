"""A partner service's own page: its people at every session, for whoever has its secret link."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView, View

from registrations.conf import conf
from registrations.domain import attestations_of, private_feeds, service_agenda
from registrations.domain.standing import standings_of
from registrations.enums import Answer, TokenPurpose
from registrations.exports import as_csv
from registrations.models import AccessToken, Participant
from registrations.views import protection
from registrations.views.registration import RegistrationView, nothing_here
from trainings.conf import conf as trainings_conf
from trainings.domain import queries


def page_name(partner_pk: int) -> str:
    """What a browser that opened this service's page keeps its secret under."""
    return f"service_{partner_pk}"


def opened_service(request, pk: int, *, at):
    """The service whose link this browser followed, if that link opens still; else None."""
    secret = protection.opened_with(request, page=page_name(pk))
    token = AccessToken.find(secret, purpose=TokenPurpose.SERVICE, at=at)
    return token.partner if token is not None and token.partner_id == pk else None


@method_decorator([require_safe, never_cache], name="dispatch")
class ServiceLinkView(View):
    """The link that was given to the service: it opens the page, and leaves its secret behind."""

    def get(self, request, token):
        found = AccessToken.find(token, purpose=TokenPurpose.SERVICE, at=timezone.now())
        if found is None:
            return nothing_here(request)
        return protection.go_on_without_secret(
            request,
            token,
            page=page_name(found.partner_id),
            url=reverse("registrations:service", args=[found.partner_id]),
        )


class OfService:
    """What the pages of a service share: they open by its link, and only read."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()
        self.partner = opened_service(request, kwargs["pk"], at=self.at)

    def dispatch(self, request, *args, **kwargs):
        if self.partner is None:
            return nothing_here(request)
        try:
            response = super().dispatch(request, *args, **kwargs)
        except Http404:
            return nothing_here(request)
        return protection.keep_address_secret(response)

    @cached_property
    def years(self) -> list[int]:
        return service_agenda.years(self.partner, at=self.at)

    def titles(self, trainings) -> dict[int, str]:
        """By training, as its page calls it in the language of this one."""
        pages = queries.pages_by_training(
            queries.live_pages([one.pk for one in trainings]), language=get_language()
        )
        return {one.pk: pages[one.pk].title if one.pk in pages else one.name for one in trainings}


@method_decorator([require_safe, never_cache], name="dispatch")
class ServiceView(OfService, TemplateView):
    template_name = "registrations/service.html"

    def get_context_data(self, **kwargs):
        sessions = service_agenda.to_come(self.partner, at=self.at)
        year = self.year()
        past = service_agenda.history(self.partner, year=year, at=self.at) if year else []
        titles = self.titles({row.session.training for row in [*sessions, *past]})
        standings = [one for row in sessions for one in row.people]
        return super().get_context_data(
            partner=self.partner,
            sessions=[{"row": row, "title": titles[row.session.training_id]} for row in sessions],
            offered=[one for one in standings if Answer.ACCEPT in one.answers],
            unnamed=[row for row in sessions if row.unnamed],
            year=year,
            years=self.years,
            past=past_sessions(past, titles),
            has_attestations=year in attestations_of.years_of(self.partner),
            calendar=private_feeds.living(self.partner),
            time_zone=trainings_conf.time_zone,
            organiser=conf.organiser_name,
            organiser_email=conf.organiser_email,
            **kwargs,
        )

    def year(self) -> int | None:
        """The one that was asked for, when there is something in it; else the last one."""
        asked = self.request.GET.get("year", "")
        found = (year for year in self.years if str(year) == asked)
        return next(found, None) or next(iter(self.years), None)


def past_sessions(rows, titles):
    """Each session once, with those who had a place, each with the attestation they may have."""
    attested = attestations_of.kept_by(rows)
    found: dict[int, dict] = {}
    for one in rows:
        session = one.session
        known = {"session": session, "title": titles[session.training_id], "people": []}
        found.setdefault(session.pk, known)["people"].append(
            (one.participant, attested.get(one.pk))
        )
    return list(found.values())


@method_decorator([require_safe, never_cache], name="dispatch")
class ServiceHistoryView(OfService, View):
    """The past sessions of one year, for a spreadsheet."""

    def get(self, request, pk, year):
        if year not in self.years:
            raise Http404
        rows = service_agenda.history(self.partner, year=year, at=self.at)
        titles = self.titles({one.session.training for one in rows})
        head = [
            _("Date"),
            _("Start"),
            _("End"),
            _("Training"),
            _("Place"),
            _("Last name"),
            _("First name"),
            _("Function"),
            _("Comes as"),
            _("Reference"),
        ]
        return as_csv(f"{year}.csv", [head, *(self.line(one, titles) for one in rows)])

    def line(self, one, titles):
        session, person = one.session, one.participant
        return [
            session.starts_on.isoformat(),
            f"{session.start_time:%H:%M}",
            f"{session.end_time:%H:%M}",
            titles[session.training_id],
            session.venue.address if session.venue else _("Online"),
            person.last_name or person.name,
            person.first_name,
            person.function,
            person.get_quality_display(),
            person.registration.reference,
        ]


class ServicePersonView(RegistrationView):
    """One person of the service: what the booker may do about them, its referent may."""

    template_name = "registrations/service_person.html"

    def opened(self):
        """The registration of this person, if they are of the service whose link was followed."""
        self.partner = opened_service(self.request, self.kwargs["pk"], at=self.at)
        if self.partner is None:
            return None
        people = Participant.objects.select_related("registration__partner")
        theirs = people.filter(registration__partner=self.partner)
        self.participant = theirs.filter(pk=self.kwargs["person"]).first()
        return self.participant and self.participant.registration

    @cached_property
    def everybody(self):
        return standings_of(self.registration, at=self.at)

    @cached_property
    def people(self):
        """This one alone: all that is done here is done to one of these."""
        return [one for one in self.everybody if one.person.pk == self.participant.pk]

    def reader_of(self, email) -> str:
        names = {one.person.pk: one.person.name for one in self.everybody}
        return names.get(email.participant_id) or self.registration.booker_name

    def join(self, of):
        raise Http404  # one registers people by the form

    def join_shown(self, sent):
        return None

    def render_to_response(self, context, **kwargs):
        return super().render_to_response({**context, "partner": self.partner}, **kwargs)

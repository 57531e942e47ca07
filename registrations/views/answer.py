"""Does that suit you? One person's answer about one session, under a secret link."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from registrations.conf import conf
from registrations.domain import answers, waiting_list
from registrations.domain.queries import last_move
from registrations.domain.rules import answers_open
from registrations.domain.sharing import bundle_of
from registrations.domain.telling import is_booker
from registrations.enums import Answer, ParticipationStatus, TokenPurpose
from registrations.exceptions import AlreadyRegisteredError, BusyError, RegistrationError
from registrations.forms.answers import FORMS
from registrations.models import AccessToken
from registrations.views import protection
from trainings.domain import queries
from trainings.wording import moment


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class AnswerView(TemplateView):
    """Reading changes nothing, however often a mail scanner does it; only a sent form does."""

    template_name = "registrations/answer.html"
    http_method_names = ["get", "head", "post", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request, *args, **kwargs):
        token = AccessToken.find(kwargs["token"], purpose=TokenPurpose.ANSWER, at=self.at)
        if token is None:
            raise Http404
        self.participation = token.participation
        self.offered = answers_open(self.participation, at=self.at)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self.show(chosen=request.GET.get("answer", ""))

    def post(self, request, *args, **kwargs):
        said = request.POST.get("answer", "")
        if said not in Answer.values:
            return self.show(problem=_("Please choose one of the answers."), status=422)
        answer = Answer(said)
        form = FORMS[answer](request.POST, prefix=said)
        # What cannot be answered any more was perhaps just answered: the page says how it stands.
        if answer in self.offered:
            if not form.is_valid():
                return self.show(chosen=said, sent=form, status=422)
            try:
                self.answer(answer, form)
            except AlreadyRegisteredError as error:
                form.add_error("email", error.message)
                return self.show(chosen=said, sent=form, status=422)
            except BusyError as error:
                status = protection.refusal_status(error)
                return self.show(chosen=said, sent=form, problem=error.message, status=status)
            except RegistrationError:
                pass  # somebody was quicker, and the page says how it stands
        return redirect(request.path)

    def answer(self, answer, form):
        if answer == Answer.KEEP:
            answers.keep(self.participation, at=self.at)
        elif answer == Answer.WITHDRAW:
            reason = form.cleaned_data["reason"]
            answers.withdraw(self.participation, reason=reason, at=self.at)
        elif answer == Answer.ACCEPT:
            waiting_list.accept_offer([self.participation], at=self.at)
        elif answer == Answer.DECLINE:
            waiting_list.decline_offer([self.participation], at=self.at)
        else:
            person = form.person(self.participation.session_id)
            answers.replace(self.participation, by_person=person, at=self.at)

    def show(self, *, chosen="", sent=None, problem="", status=200):
        """The page as things stand; `sent` is a form to correct, `chosen` is shown open."""
        session = self.participation.session
        person = self.participation.participant
        page = queries.pages_by_training(
            queries.live_pages([session.training_id]), language=get_language()
        ).get(session.training_id)
        context = {
            "participation": self.participation,
            "session": session,
            "person": person,
            "title": page.title if page else session.training.name,
            "page": page,
            "state": self.state(),
            "answer_by": self.answer_by(),
            "is_together": bundle_of(session) is not None,
            "may_sign_up": session.is_open(self.at),
            "move": last_move(self.participation) if self.participation.is_living else None,
            "is_over": session.goes_ahead and session.starts_at <= self.at,
            "options": [
                {"answer": one, "form": self.form(one, sent), "is_chosen": one == chosen}
                for one in self.offered
            ],
            "sent": sent,
            "problem": problem,
            "written_to": self.written_to(),
            "organiser": conf.organiser_name,
            "organiser_email": conf.organiser_email,
            "needs_kept_days": conf.needs_kept.days,
        }
        return self.render_to_response(context, status=status)

    def state(self) -> str:
        """What the page speaks of; an offer has ended at its instant, noted or not."""
        one = self.participation
        has_ended = one.offer_ends_at is not None and one.offer_ends_at <= self.at
        return ParticipationStatus.EXPIRED if has_ended else one.status

    def answer_by(self) -> str:
        one = self.participation
        return moment(one.offer_ends_at, one.session.time_zone) if one.offer_ends_at else ""

    def form(self, answer, sent):
        form = FORMS[answer](prefix=answer.value)
        return sent if sent is not None and sent.prefix == form.prefix else form

    def written_to(self) -> list[str]:
        """Names of those who are told of an answer that ends this participation."""
        one = self.participation
        names = [one.participant.name] if one.address else []
        if one.replaced_by and one.replaced_by.address:
            names.append(one.replaced_by.participant.name)
        if not is_booker(one):
            names.append(one.participant.registration.booker_name)
        return names

    def render_to_response(self, context, **kwargs):
        response = super().render_to_response(context, **kwargs)
        protection.say_when_to_come_back(response)
        return protection.keep_address_secret(response, has_form=True)

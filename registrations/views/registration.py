"""A registration's own page: who comes to what, and everything its booker may do about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from wagtail.models import Site

from registrations.conf import conf
from registrations.domain import answers, attestations_of, signup, throttle, waiting_list
from registrations.domain.choices import choices_of, programme_as_a_whole
from registrations.domain.outcome import outcome_of
from registrations.domain.questions import questions_for
from registrations.domain.standing import standings_of
from registrations.enums import Answer, AskedOf, Question, TokenPurpose
from registrations.exceptions import (
    AlreadyRegisteredError,
    NotInThisStateError,
    NoWorkshopLeftError,
    RegistrationError,
    TooManyAttemptsError,
)
from registrations.forms.answers import ReplaceForm, WithdrawForm
from registrations.forms.own_page import CorrectForm, JoinForm
from registrations.forms.people import workshop_fields
from registrations.models import AccessToken, OutgoingEmail, SignUpQuestions
from registrations.views import protection
from trainings import wording
from trainings.conf import conf as trainings_conf
from trainings.domain import queries

#: What was just done, for the page that comes next; it tells no name.
DONE_COOKIE = "registrations_done"
DONE_SALT = "registrations.done"
DONE_FOR = 300  # seconds
#: So long the page says which messages arrive.
NEW_FOR = timedelta(days=1)
#: What is asked of each person; the other questions are the booker's, asked once.
OF_A_PERSON = {Question.WISH, Question.LANGUAGE, Question.MEAL, Question.PARTICIPANT_LIST}


def page_name(reference: str) -> str:
    """What a browser that opened this registration keeps its secret under."""
    return f"registration_{reference}"


def opened_registration(request, reference, *, at):
    """The registration whose link this browser followed, if that link opens still; else None."""
    secret = protection.opened_with(request, page=page_name(reference))
    token = AccessToken.find(secret, purpose=TokenPurpose.MANAGE, at=at)
    if token is None or token.registration.reference != reference:
        return None
    return token.registration


def nothing_here(request):
    """The same answer whatever was asked for: unknown, expired, revoked, somebody else's."""
    context = {"organiser_email": conf.organiser_email, "has_no_languages": True}
    response = render(request, "registrations/nothing_here.html", context, status=404)
    return protection.keep_address_secret(response)


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class RegistrationView(TemplateView):
    """Opens with the secret that the mailed link left in this browser, and with nothing else.

    Reading changes nothing; only a sent form does, each with its `do` and, in `of`, the person or
    the participation it is about.
    """

    template_name = "registrations/registration.html"
    http_method_names = ["get", "head", "post", "options"]
    #: What `do` may be, each a method; the first five are about the row in `of`.
    ACTS = (
        *("withdraw", "replace", "accept", "decline", "correct"),
        *("join", "accept_all", "decline_all"),
    )

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request, *args, **kwargs):
        self.registration = self.opened()
        if self.registration is None:
            return nothing_here(request)
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            return nothing_here(request)

    def opened(self):
        """The registration whose link this browser followed, if that link opens still."""
        return opened_registration(self.request, self.kwargs["reference"], at=self.at)

    # Reading

    def get(self, request, *args, **kwargs):
        response = self.show(done=self.done())
        if DONE_COOKIE in request.COOKIES:
            response.delete_cookie(DONE_COOKIE, path=request.path)
        return response

    def done(self):
        """What was done a moment ago and who was told, as the database has it."""
        try:
            verb, instant = signing.loads(
                self.request.COOKIES.get(DONE_COOKIE, ""), salt=DONE_SALT, max_age=DONE_FOR
            )
        except signing.BadSignature:
            return None
        at = datetime.fromisoformat(instant)
        changed = [one for one in self.all_standings() if one.participation.changed_at == at]
        # Whoever came in by a replacement is told with the one they replace.
        replacing = {one.participation.replaced_by_id for one in changed}
        # What leaves later, such as a reminder, is no news of this act.
        emails = OutgoingEmail.objects.filter(
            registration=self.registration, queued_at=at, due_at__lte=at
        )
        return {
            "verb": verb,
            "changed": [one for one in changed if one.participation.pk not in replacing],
            "told": list(dict.fromkeys(map(self.reader_of, emails.order_by("pk")))),
        }

    def reader_of(self, email) -> str:
        names = {one.person.pk: one.person.name for one in self.people}
        return names.get(email.participant_id) or self.registration.booker_name

    # Doing

    def post(self, request, *args, **kwargs):
        verb, of = request.POST.get("do", ""), request.POST.get("of", "")
        act = getattr(self, verb) if verb in self.ACTS else None
        if act is None:
            return self.show(problem=_("Please choose what you want to do."), status=422)
        try:
            throttle.count_attempt(
                f"registration:{self.registration.pk}", limit=conf.attempts_per_hour, at=self.at
            )
        except TooManyAttemptsError as error:
            return self.show(problem=error.message, status=429)
        return act(of)

    def withdraw(self, of):
        one = self.participation(of)
        form = self.form(WithdrawForm, f"withdraw-{one.pk}", sent=True)

        def act():
            answers.withdraw(one, reason=form.cleaned_data["reason"], at=self.at)

        return self.carry_out("withdraw", act, form)

    def replace(self, of):
        one = self.participation(of)
        form = self.form(ReplaceForm, f"replace-{one.pk}", sent=True)

        def act():
            answers.replace(one, by_person=form.person(one.session_id), at=self.at)

        return self.carry_out("replace", act, form)

    def correct(self, of):
        theirs = self.person(of)
        form = self.correct_form(theirs, sent=True)

        def act():
            answers.correct(theirs.person, person=form.somebody(), at=self.at)

        return self.carry_out("correct", act, form)

    def join(self, of):
        form = self.join_form(sent=True)

        def act():
            signup.join(self.registration, [form.somebody()], at=self.at)

        return self.carry_out("join", act, form)

    def accept(self, of):
        one = self.participation(of)
        return self.carry_out("accept", lambda: waiting_list.accept_offer([one], at=self.at))

    def decline(self, of):
        one = self.participation(of)
        return self.carry_out("decline", lambda: waiting_list.decline_offer([one], at=self.at))

    def accept_all(self, of):
        return self.carry_out(
            "accept", lambda: waiting_list.accept_offer(self.offered_rows(), at=self.at)
        )

    def decline_all(self, of):
        return self.carry_out(
            "decline", lambda: waiting_list.decline_offer(self.offered_rows(), at=self.at)
        )

    def offered_rows(self):
        """Raises NotInThisStateError when nothing is offered any more."""
        if not (rows := [one.participation for one in self.offered()]):
            raise NotInThisStateError
        return rows

    def carry_out(self, verb, act, form=None):
        """Do it and show the page anew; or show what has to be corrected, or why not."""
        if form is not None and not form.is_valid():
            return self.show(sent=form, status=422)
        try:
            act()
        except AlreadyRegisteredError as error:
            session = wording.when(error.session)
            problem = _("%(problem)s (%(session)s)")
            form.add_error("email", problem % {"problem": error.message, "session": session})
            return self.show(sent=form, status=422)
        except NoWorkshopLeftError as error:
            names = [workshop_fields(one) for one in form.with_workshops()]
            fields = [first for first, _other in names if first.endswith(f"_{error.session_id}")]
            form.add_error(next(iter(fields), None), error.message)
            return self.show(sent=form, status=422)
        except RegistrationError as error:
            # The page as it stands now: perhaps somebody else was quicker.
            self.__dict__.pop("people", None)
            status = protection.refusal_status(error)
            return self.show(sent=form, problem=error.message, status=status)
        response = redirect(self.request.path)
        response.set_cookie(
            DONE_COOKIE,
            signing.dumps([verb, self.at.isoformat()], salt=DONE_SALT),
            max_age=DONE_FOR,
            path=self.request.path,
            httponly=True,
            samesite="Lax",
            secure=self.request.is_secure(),
        )
        return protection.keep_address_secret(response, has_form=True)

    # What it is about: nothing but this registration's own

    @cached_property
    def people(self):
        return standings_of(self.registration, at=self.at)

    def all_standings(self):
        return [one for theirs in self.people for one in theirs.standings]

    def offered(self):
        return [one for theirs in self.people for one in theirs.offered]

    def participation(self, of):
        rows = {str(one.participation.pk): one.participation for one in self.all_standings()}
        return found(rows, of)

    def person(self, of):
        return found({str(theirs.person.pk): theirs for theirs in self.people}, of)

    @cached_property
    def attestations(self):
        return attestations_of.of_registration(self.registration)

    # Forms

    def form(self, form_class, prefix, *, sent=False, **kwargs):
        return form_class(self.request.POST if sent else None, prefix=prefix, **kwargs)

    def correct_form(self, theirs, *, sent=False):
        prefix = f"correct-{theirs.person.pk}"
        living = [one.participation for one in theirs.standings if one.participation.is_living]
        # A workshop is chosen with the name, and kept from then on.
        to_choose = [one.session for one in living if one.first_choice_id is None]
        choices = choices_of(to_choose, at=self.at) if not theirs.person.is_named else []
        questions = self.questions if not theirs.person.is_named else []
        return self.form(
            CorrectForm, prefix, sent=sent, of=theirs.person, choices=choices, questions=questions
        )

    def join_form(self, *, sent=False):
        return self.form(
            JoinForm,
            "join",
            sent=sent,
            asked=SignUpQuestions.asked_for(self.trainings) & OF_A_PERSON,
            choices=choices_of(self.open_sessions, at=self.at),
            is_whole=self.is_whole,
            language=self.registration.language,
            questions=self.questions,
        )

    @cached_property
    def questions(self):
        """The organiser's own, of each person."""
        training_ids = [one.pk for one in self.trainings]
        return questions_for(training_ids, asked_of=AskedOf.PERSON)

    @cached_property
    def is_whole(self) -> bool:
        return any(programme_as_a_whole(one) for one in self.trainings)

    @cached_property
    def trainings(self):
        """Those of this registration; of a programme that one takes as a whole, all of them."""
        own = {one.session.training_id: one.session.training for one in self.all_standings()}
        for training in list(own.values()):
            if programme := programme_as_a_whole(training):
                others = programme.trainings.filter(is_discreet=False)
                own.update((one.pk, one) for one in others.select_related("programme"))
        return list(own.values())

    @cached_property
    def open_sessions(self):
        site = Site.find_for_request(self.request)
        if site is None:
            return []
        pairs = queries.sessions_to_sign_up(
            self.trainings,
            request=self.request,
            language=get_language(),
            below=site.root_page,
            at=self.at,
        )
        return [session for session, _page in pairs if session.is_open(self.at)]

    # How it is shown

    def show(self, *, done=None, sent=None, problem="", status=200):
        """The page as things stand; `sent` is a form to correct, shown open."""
        sessions = {one.session.pk: one.session for one in self.all_standings()}
        pages = queries.pages_by_training(
            queries.live_pages([session.training_id for session in sessions.values()]),
            language=get_language(),
        )
        # Each one once: several trainings often share a team.
        contacts = dict.fromkeys((page.contact_name, page.contact_phone) for page in pages.values())
        people = [theirs.person for theirs in self.people]
        context = {
            "registration": self.registration,
            "registration_answers": self.registration.answers.select_related("question"),
            "done": done,
            "problem": problem,
            "sent": sent,
            "rows": [self.row(theirs, pages, sent) for theirs in self.people],
            "people": people,
            "offered": self.offered(),
            "join": self.join_shown(sent),
            "pages": pages,
            "contacts": [contact for contact in contacts if any(contact)],
            "outcome": outcome_of(self.people),
            "lacks_names": any(one.is_living and not one.person.is_named for one in self.people),
            "time_zone": trainings_conf.time_zone,
            "is_new": self.at - self.registration.created_at < NEW_FOR,
            "some_wait": any(person.waiting for person in people),
            "organiser": conf.organiser_name,
            "organiser_email": conf.organiser_email,
            "needs_kept_days": conf.needs_kept.days,
        }
        response = self.render_to_response(context, status=status)
        protection.say_when_to_come_back(response)
        return protection.keep_address_secret(response, has_form=True)

    def join_shown(self, sent):
        if sent is not None and sent.prefix == "join":
            return sent
        return self.join_form() if self.open_sessions else None

    def row(self, theirs, pages, sent):
        """One person with forms; `sent` takes the place of the one it is."""
        return {
            "person": theirs.person,
            "correct": chosen(self.correct_form(theirs), sent) if theirs.is_living else None,
            "lines": [self.line(theirs, one, pages, sent) for one in theirs.standings],
        }

    def line(self, theirs, one, pages, sent):
        pk = one.participation.pk
        page = pages.get(one.session.training_id)
        withdraw = self.form(WithdrawForm, f"withdraw-{pk}")
        replace = self.form(ReplaceForm, f"replace-{pk}")
        may_replace = Answer.REPLACE in one.answers and theirs.person.is_named
        return {
            "standing": one,
            "title": page.title if page else one.session.training.name,
            "attestations": self.attestations.get(pk, []),
            "may_answer_offer": Answer.ACCEPT in one.answers,
            "withdraw": chosen(withdraw, sent) if Answer.WITHDRAW in one.answers else None,
            "replace": chosen(replace, sent) if may_replace else None,
        }


def chosen(form, sent):
    """The form that was sent, where it is this one."""
    return sent if sent is not None and sent.prefix == form.prefix else form


def found(rows, of):
    """Raises Http404 for what is not among these: another registration's is unknown here."""
    try:
        return rows[of]
    except KeyError:
        raise Http404 from None

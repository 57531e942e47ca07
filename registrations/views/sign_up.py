"""Sign up people for a training or a whole programme: one form, one receipt."""

from __future__ import annotations

from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView, View
from wagtail.models import Site

from registrations.conf import conf
from registrations.domain import partners, throttle
from registrations.domain.choices import choices_of, programme_as_a_whole
from registrations.domain.questions import questions_for
from registrations.domain.sharing import with_bundles
from registrations.domain.signup import sign_up
from registrations.exceptions import (
    BusyError,
    FormAlreadySentError,
    RegistrationError,
    TooManyAttemptsError,
)
from registrations.forms.people import MOST_PEOPLE, button_words
from registrations.forms.sign_up import SignUpForms
from registrations.models import SignUpQuestions
from registrations.views import protection
from registrations.views.receipt import receipt_url
from trainings.domain import queries
from trainings.models import Programme, Training


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class SignUpView(TemplateView):
    """The form of a training (`model` Training) or of all trainings of a programme."""

    template_name = "registrations/sign_up.html"
    model: type[Training | Programme] = Training
    http_method_names = ["get", "head", "post", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()
        self.browser = protection.browser_secret(request)

    def dispatch(self, request, *args, **kwargs):
        self.of = get_object_or_404(self.model, uid=kwargs["uid"])
        if isinstance(self.of, Training) and (whole := programme_as_a_whole(self.of)):
            self.of = whole
        self.is_whole = isinstance(self.of, Programme) and self.of.is_indivisible
        self.pairs = self.readable_sessions()
        if not self.pairs:
            raise Http404
        self.choices = choices_of(self.open_sessions(), at=self.at)
        return super().dispatch(request, *args, **kwargs)

    def readable_sessions(self):
        """Sessions not over yet with their page, for who may read that page."""
        # A discreet training is for who has its own link, not for who comes by its programme.
        trainings = (
            [self.of]
            if isinstance(self.of, Training)
            else self.of.trainings.filter(is_discreet=False)
        )
        site = Site.find_for_request(self.request)
        if site is None:
            return []
        return queries.sessions_to_sign_up(
            trainings,
            request=self.request,
            language=get_language(),
            below=site.root_page,
            at=self.at,
        )

    # What the form is made of

    def open_sessions(self):
        """Those one may sign up for now: all that belong together, or none of them."""
        is_open = [session for session, _page in self.pairs if session.is_open(self.at)]
        if not self.is_whole:
            return is_open
        pks = {session.pk for session in is_open}
        return is_open if with_bundles(pks, at=self.at) == pks else []

    def forms(self, data=None, *, checked=True):
        return SignUpForms(
            data,
            asked=SignUpQuestions.asked_for({one.training_id for one, _page in self.pairs}),
            choices=self.choices,
            is_whole=self.is_whole,
            language=get_language(),
            questions=questions_for([one.training_id for one, _page in self.pairs]),
            checked=checked,
        )

    def get(self, request, *args, **kwargs):
        return self.show(self.forms())

    def post(self, request, *args, **kwargs):
        if "add" in request.POST or "remove" in request.POST:
            data = self.with_other_rows(request.POST)
            return self.show(self.forms(data, checked=False), checked=False)
        forms = self.forms(request.POST)
        try:
            throttle.count_attempt(
                protection.client(self.request), limit=conf.attempts_per_hour, at=self.at
            )
        except TooManyAttemptsError as error:
            forms.refuse(error)
            return self.show(forms, status=429)
        except BusyError as error:
            forms.refuse(error)
            return self.show(forms, status=protection.refusal_status(error))
        if not forms.is_valid():
            return self.show(forms, status=422)
        if forms.booking.cleaned_data["website_2"]:
            forms.booking.add_error(None, _("This form could not be read. Please call us."))
            return self.show(forms, status=422)
        key = protection.read_form_stamp(request.POST.get("stamp", ""), at=self.at)
        if key is None:
            forms.booking.add_error(
                None, _("Please look at what you wrote once more and send it again.")
            )
            return self.show(forms, status=422)
        return self.sign_up(forms, key)

    def sign_up(self, forms, form_key):
        key = protection.registration_key(form_key, self.browser)
        booker = forms.booking.booker(language=get_language())
        try:
            throttle.check_booker(booker.email, key=key, limit=conf.receipts_per_hour, at=self.at)
            registration = sign_up(
                forms.who_comes(booker),
                partner=forms.booking.cleaned_data["partner"],
                booker=booker,
                key=key,
                at=self.at,
            )
        except RegistrationError as error:
            forms.refuse(error)
            if isinstance(error, FormAlreadySentError):
                link = receipt_url(error.registration, at=self.at)
                return self.show(forms, status=409, made_before=link)
            return self.show(forms, status=protection.refusal_status(error))
        return redirect(receipt_url(registration, at=self.at))

    # How it is shown

    def show(self, forms, *, status=200, checked=True, made_before=""):
        """The form, with all that was typed. `checked` False: not sent yet, so no errors."""
        page = self.page()
        agenda = queries.listing(self.pairs, request=self.request, at=self.at)
        rows = forms.people.forms
        context = {
            "heading": page.title if page else self.of.name,
            "page_url": page.get_url(self.request) if page else "",
            "agenda": agenda,
            "choices": self.choices,
            "is_whole": self.is_whole,
            "booking": forms.booking,
            "people": forms.people,
            "held": forms.held,
            "has_errors": checked and forms.booking.is_bound,
            "made_before": made_before,
            # Whoever sent a form reads beside what they chose why it cannot be.
            "is_open": bool(self.choices) and (forms.booking.is_bound or self.takes_people(agenda)),
            "can_add": len(rows) < MOST_PEOPLE,
            "can_remove": len(rows) > 1,
            "most_people": MOST_PEOPLE,
            "button": _("Register") if forms.held.fields else button_words(len(rows)),
            "stamp": self.stamp(),
            "organiser": conf.organiser_name,
            "data_contact": conf.data_contact,
            "needs_kept_days": conf.needs_kept.days,
        }
        response = self.render_to_response(context, status=status)
        protection.remember_browser(self.request, response, self.browser)
        return protection.say_when_to_come_back(response)

    def takes_people(self, agenda):
        """Whether anybody may sign up now: full sessions may have no waiting list."""
        chosen = {one.session.pk for one in self.choices}
        states = [line.sign_up for line in agenda.sessions if line.session.pk in chosen]
        is_open = [state is None or state.is_open for state in states]
        return all(is_open) if self.is_whole else any(is_open)

    def page(self):
        """The page that presents what one signs up for, in the active language if it can be."""
        if isinstance(self.of, Training):
            return self.pairs[0][1]
        return queries.programme_page(self.of, language=get_language())

    def stamp(self) -> str:
        """The one that came back, when it still holds: a corrected form is the same form."""
        sent = self.request.POST.get("stamp", "") if self.request.method == "POST" else ""
        if protection.read_form_stamp(sent, at=self.at):
            return sent
        return protection.new_form_stamp(self.at)

    def with_other_rows(self, sent):
        """What was typed, with one row more at the end, or without the row named in "remove"."""
        data = sent.copy()
        total = data.get("people-TOTAL_FORMS", "")
        number = 1 if (told := small_number(total)) is None else min(told, MOST_PEOPLE)
        if "add" in data:
            data["people-TOTAL_FORMS"] = str(min(number + 1, MOST_PEOPLE))
            if len(self.choices) == 1 and number < MOST_PEOPLE:
                data[f"people-{number}-sessions"] = str(self.choices[0].session.pk)
            return data
        removed = small_number(data.get("remove", ""))
        if removed is None or removed >= number or number < 2:
            return data
        for row in range(removed, number):
            for name in [name for name in data if name.startswith(f"people-{row}-")]:
                del data[name]
            following = f"people-{row + 1}-"
            for name in [name for name in data if name.startswith(following)]:
                data.setlist(f"people-{row}-{name.removeprefix(following)}", data.getlist(name))
        data["people-TOTAL_FORMS"] = str(number - 1)
        return data


class ProgrammeSignUpView(SignUpView):
    model = Programme


def small_number(typed: str) -> int | None:
    """A number of rows as our own form writes it; None for whatever else may come."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 4 else None


@method_decorator(require_safe, name="dispatch")
class PartnerSuggestionsView(View):
    """Listed services for what is typed so far; helps the form, never needed by it."""

    def get(self, request):
        typed = request.GET.get("q", "")[:160].replace("\x00", "")
        found = partners.suggest(typed) if len(typed) >= 2 else []
        return JsonResponse(
            {"results": [{"name": one.name, "municipality": one.municipality} for one in found]}
        )

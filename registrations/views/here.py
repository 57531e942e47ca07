"""Somebody in the room says that they are there."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from registrations.domain import self_check_in, throttle
from registrations.exceptions import (
    BusyError,
    NotTheTimeError,
    RegistrationError,
    TooManyAttemptsError,
    WrongRoomCodeError,
)
from registrations.forms.here import HereForm
from registrations.views import protection
from registrations.views.registration import nothing_here
from trainings.models import TrainingSession

#: From one network address to one session in an hour: a whole room may share one.
MOST_ATTEMPTS = 300


@method_decorator([protection.refuse_other_charsets, never_cache], name="dispatch")
class HereView(TemplateView):
    """It names neither the session nor who is on its list: its address is guessed easily."""

    template_name = "registrations/here.html"
    http_method_names = ["get", "head", "post", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()
        self.session = TrainingSession.objects.filter(pk=kwargs["pk"]).first()

    def dispatch(self, request, *args, **kwargs):
        if self.session is None:
            return nothing_here(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self.show(HereForm())

    def post(self, request, *args, **kwargs):
        form = HereForm(request.POST)
        try:
            who = f"here:{self.session.pk}:{protection.client(request)}"
            throttle.count_attempt(who, limit=MOST_ATTEMPTS, at=self.at)
            if form.is_valid():
                self.say(form)
        except WrongRoomCodeError as error:
            form.add_error("code", error.message)
        except TooManyAttemptsError as error:
            form.add_error(None, error.message)
            return self.show(form, status=429)
        except BusyError as error:
            form.add_error(None, error.message)
            return protection.say_when_to_come_back(self.show(form, status=503))
        except RegistrationError as error:
            form.add_error(None, error.message)
        if form.errors:
            return self.show(form, status=422)
        return self.show(form, noted=True)

    def say(self, form):
        """Raises NotTheTimeError, WrongRoomCodeError and BusyError."""
        said = form.cleaned_data
        if said["website_2"]:
            return  # a machine: it reads what everybody reads
        names = {name: said[name] for name in ("code", "first_name", "last_name")}
        self_check_in.say_here(self.session, **names, at=self.at)

    def show(self, form, *, noted=False, status=200):
        context = {
            "form": form,
            "noted": noted,
            "is_open": self_check_in.is_open(self.session, at=self.at),
            "not_now": NotTheTimeError.message,
        }
        response = self.render_to_response(context, status=status)
        return protection.keep_address_secret(response, has_form=True)


here_urls: list[Any] = [path("here/<int:pk>/", HereView.as_view(), name="here")]

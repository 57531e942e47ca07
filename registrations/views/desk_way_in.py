"""Who may open the welcome desk of a session: who has its link of the day, or the role."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View

from registrations import permissions
from registrations.domain import welcome
from registrations.domain.sheet import rows_of
from registrations.enums import TokenPurpose
from registrations.models import AccessToken
from registrations.views import protection
from registrations.views.registration import nothing_here
from trainings.domain import queries
from trainings.models import TrainingSession


def page_name(session_pk: int) -> str:
    """What a browser that opened this desk keeps its secret under."""
    return f"desk_{session_pk}"


def opened_session(request: Any, pk: int, *, at: datetime) -> TrainingSession | None:
    """The session whose link this browser followed, if that link opens still; or any, for who
    welcomes people by their role.
    """
    secret = protection.opened_with(request, page=page_name(pk))
    token = AccessToken.find(secret, purpose=TokenPurpose.DESK, at=at)
    if token is not None and token.session_id == pk:
        return token.session
    by = who_is_at(request)
    if by and (permissions.may_welcome(by) or permissions.may_change_registrations(by)):
        found = TrainingSession.objects.filter(pk=pk)
        return found.select_related("training__programme", "venue").first()
    return None


def who_is_at(request: Any) -> Any:
    """Whose account it is; None without one."""
    user = getattr(request, "user", AnonymousUser())
    return user if user.is_authenticated else None


def title_of(session: TrainingSession) -> str:
    """As its page calls it in the language of this one."""
    pages = queries.pages_by_training(
        queries.live_pages([session.training_id]), language=get_language() or ""
    )
    page = pages.get(session.training_id)
    return page.title if page else session.training.name


@method_decorator([require_safe, never_cache], name="dispatch")
class DeskLinkView(View):
    """The link of the day: it opens the desk, and leaves its secret behind."""

    def get(self, request, token):
        found = AccessToken.find(token, purpose=TokenPurpose.DESK, at=timezone.now())
        if found is None:
            return nothing_here(request)
        return protection.go_on_without_secret(
            request,
            token,
            page=page_name(found.session_id),
            url=reverse("registrations:desk", args=[found.session_id]),
        )


class OfDesk:
    """What the pages of a desk share: whether they open, and of which session they are."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()
        self.session = opened_session(request, kwargs["pk"], at=self.at)

    def dispatch(self, request, *args, **kwargs):
        if self.session is None:
            return self.closed()
        try:
            response = super().dispatch(request, *args, **kwargs)
        except Http404:
            return self.closed()
        return protection.keep_address_secret(response, has_form=True)

    def closed(self):
        return nothing_here(self.request)

    @cached_property
    def rows(self):
        return rows_of(self.session, self.at)

    def receive(self, operations, *, device=""):
        return welcome.receive(
            self.session,
            operations,
            device=device,
            language=get_language(),
            by=who_is_at(self.request),
            at=self.at,
        )

"""What is printed for a session: each paper as PDF and as a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.views.decorators.cache import never_cache

from registrations.domain import of_the_day
from registrations.domain.attendance import half_days_of
from registrations.domain.of_the_day import Announced
from registrations.papers.badges import badges
from registrations.papers.caterer import caterer
from registrations.papers.door import door
from registrations.papers.files import as_pdf
from registrations.papers.frame import Paper
from registrations.papers.printing import can_print
from registrations.papers.sheet import sheet
from registrations.papers.trainer import trainer
from registrations.permissions import (
    may_change_registrations,
    may_see_registrations,
    may_welcome,
)
from registrations.viewsets.people import SessionScreen
from trainings.models import TrainingSession, content_languages


@dataclass(frozen=True)
class Kind:
    """One paper: what it is for, and whether who welcomes people may have it."""

    slug: str
    name: Any
    purpose: Any
    is_for_desk: bool
    make: Callable[[Announced, datetime], Paper]


def _sheet(told: Announced, at: datetime) -> Paper:
    session = told.session
    return sheet(told, of_the_day.people_of(session), half_days_of(session))


def _badges(told: Announced, at: datetime) -> Paper:
    return badges(told, of_the_day.people_of(told.session))


def _door(told: Announced, at: datetime) -> Paper:
    return door(told)


def _trainer(told: Announced, at: datetime) -> Paper:
    return trainer(told, of_the_day.for_trainer(told.session, at=at))


def _caterer(told: Announced, at: datetime) -> Paper:
    return caterer(told, of_the_day.meals(told.session, at=at))


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "sheet",
            gettext_lazy("Attendance sheet"),
            gettext_lazy(
                "Who is expected, by service, with room to sign for each half-day and blank lines "
                "for those who come without having registered."
            ),
            True,
            _sheet,
        ),
        Kind(
            "badges",
            gettext_lazy("Badges"),
            gettext_lazy("Ten to a page, by last name, to cut along the dotted lines."),
            True,
            _badges,
        ),
        Kind(
            "door",
            gettext_lazy("Sign for the door"),
            gettext_lazy("What takes place, when, in which room, and a QR code to the page."),
            True,
            _door,
        ),
        Kind(
            "trainer",
            gettext_lazy("List for the trainer"),
            gettext_lazy(
                "How many come and from which kinds of services, the questions received without "
                "who asked them, names and services; no address and no need."
            ),
            False,
            _trainer,
        ),
        Kind(
            "caterer",
            gettext_lazy("Numbers for the caterer"),
            gettext_lazy(
                "Meals and diets, counted without names or services. Diets stand as people wrote "
                "them: read them before you send the list."
            ),
            False,
            _caterer,
        ),
    )
}


def language_of(asked: str) -> str:
    """That which was asked for, else the reader's, else the main one of the content."""
    known = content_languages()
    return next((code for code in (asked, get_language() or "") if code in known), known[0])


def made(kind: Kind, session: TrainingSession, *, language: str, at: datetime) -> Paper:
    with translation.override(language):
        return kind.make(of_the_day.announced(session, language=language), at)


@method_decorator(never_cache, name="dispatch")
class OfPapers(SessionScreen):
    header_icon = "doc-full"

    @staticmethod
    def may(user) -> bool:
        return may_see_registrations(user) or may_welcome(user)

    def path(self):
        return super().path() if may_see_registrations(self.request.user) else []

    @property
    def language(self) -> str:
        return language_of(self.request.GET.get("language", ""))

    def address(self, name: str, *args) -> str:
        base = reverse(f"registrations_admin:{name}", args=[self.session.pk, *args])
        return f"{base}?language={self.language}"


class PapersView(OfPapers):
    """Which there are, and what each is for."""

    template_name = "registrations/papers/papers.html"
    page_title = gettext_lazy("Papers")

    def get(self, request, *args, **kwargs):
        sees_people = may_see_registrations(request.user)
        return self.render_to_response(
            self.get_context_data(
                session=self.session,
                papers=[self.row(one) for one in KINDS.values() if sees_people or one.is_for_desk],
                can_print=can_print(),
                language=self.language,
                languages=[get_language_info(code) for code in content_languages()],
                links_url=self.links_url() if may_change_registrations(request.user) else "",
            )
        )

    def links_url(self) -> str:
        """Where the trainer is given a link to the list."""
        return reverse("registrations_admin:sheet_links", args=[self.session.pk])

    def row(self, kind: Kind) -> dict[str, Any]:
        return {
            "slug": kind.slug,
            "name": kind.name,
            "purpose": kind.purpose,
            "pdf": self.address("paper_pdf", kind.slug) if can_print() else "",
            "page": self.address("paper", kind.slug),
        }


class OfPaper(OfPapers):
    """One paper, for whom it is for."""

    def paper(self) -> Paper:
        kind = KINDS.get(self.kwargs["slug"])
        if kind is None:
            raise Http404
        if not (kind.is_for_desk or may_see_registrations(self.request.user)):
            raise PermissionDenied
        return made(kind, self.session, language=self.language, at=self.at)


class PaperView(OfPaper):
    """A page to print."""

    def get(self, request, *args, **kwargs):
        paper = self.paper()
        return render(
            request,
            f"registrations/papers/{paper.template}.html",
            {"d": paper.data, "qr": qr_of(paper), "back": self.address("papers")},
        )


class PaperPdfView(OfPaper):
    """Where none can be made, the page to print."""

    def get(self, request, *args, **kwargs):
        response = as_pdf(self.paper(), self.session)
        return response or redirect(self.address("paper", kwargs["slug"]))


def qr_of(paper: Paper) -> str:
    """The drawing itself, for a page; we made it."""
    return mark_safe(paper.images.get("qr.svg", b"").decode())  # noqa: S308


paper_urls = [
    path("sessions/<int:pk>/papers/", PapersView.as_view(), name="papers"),
    path("sessions/<int:pk>/papers/<slug:slug>.pdf", PaperPdfView.as_view(), name="paper_pdf"),
    path("sessions/<int:pk>/papers/<slug:slug>/", PaperView.as_view(), name="paper"),
]

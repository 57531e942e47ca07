"""Figures of sessions, trainings, programmes and years in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import get_language_info, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from registrations.charts import Chart, bars
from registrations.domain import press
from registrations.domain.figures import Figures, figures_of
from registrations.domain.scopes import Scope
from registrations.domain.seen import services_not_seen
from registrations.models import PartnerService
from registrations.permissions import may_see_figures, may_see_registrations
from registrations.viewsets import figure_tables as tables
from registrations.viewsets.figure_files import FigureFiles
from registrations.viewsets.figure_tables import Table
from registrations.viewsets.partners import LATELY
from registrations.viewsets.people import people_url
from trainings import wording
from trainings.models import Programme, Training, TrainingSession, content_languages


class FiguresScreen(FigureFiles, WagtailAdminTemplateMixin, View):
    """Of one scope: on the screen, or as one of its files."""

    header_icon = "table"
    page_title = gettext_lazy("Figures")
    template_name = "registrations/admin/figures.html"

    def dispatch(self, request, *args, **kwargs):
        if not may_see_figures(request.user):
            raise PermissionDenied
        self.at = timezone.now()
        self.scope = self.get_scope(**kwargs)
        self.figures = figures_of(self.scope, at=self.at)
        return super().dispatch(request, *args, **kwargs)

    def get_scope(self, pk: int) -> Scope:
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Of what is counted."""
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        if wanted := request.GET.get("export"):
            return self.download(wanted)
        return self.render_to_response(self.get_context_data())

    def get_page_subtitle(self):
        return self.name

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            *self.path(),
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    def path(self) -> list[dict[str, Any]]:
        """Between the home of the admin and this screen."""
        return [{"url": reverse("registrations_admin:figures"), "label": _("Figures")}]

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs,
            name=self.name,
            figures=self.figures,
            big=big_numbers(self.figures),
            tables=[one for one in self.tables if one.rows and one.links is None],
            parts=[one for one in self.tables if one.rows and one.links is not None],
            chart=chart_of(self.tables[1]),
            press_text=self.press_text,
            press_rows=self.press_text.count("\n") + 6,
            language=self.language,
            languages=[
                (code, get_language_info(code)["name_translated"]) for code in content_languages()
            ],
            query=self.query,
        )

    @property
    def query(self) -> str:
        """Of this scope, before what else an address says."""
        return "?"

    @cached_property
    def tables(self) -> list[Table]:
        figures = self.figures
        return [
            tables.of_all(figures),
            tables.by_kind(figures),
            *tables.by_place(figures),
            tables.by_quality(figures),
            *self.parts(),
        ]

    def parts(self) -> list[Table]:
        """What the scope is made of."""
        return [by_session(self.scope)]

    # --- for the press

    @cached_property
    def language(self) -> str:
        """In which one reads what is for the press."""
        known = content_languages()
        wanted = (self.request.GET.get("language", ""), translation.get_language())
        return next((code for code in wanted if code in known), known[0])

    @cached_property
    def press_list(self) -> press.PressList:
        with translation.override(self.language):
            return press.press_list(self.figures)

    @property
    def press_text(self) -> str:
        with translation.override(self.language):
            said = [press.in_figures(self.figures, self.name)]
            if self.press_list.headings:
                said.append(press.as_text(self.press_list))
        return "\n\n".join(said)


class FiguresView(FiguresScreen):
    """Of a year, and what of it leads further."""

    template_name = "registrations/admin/figures_overview.html"

    def get_scope(self):
        this_year = timezone.localdate(self.at).year
        wanted = self.request.GET.get("year") or str(this_year)
        found = TrainingSession.objects.dates("starts_on", "year", order="DESC")
        self.years = sorted({this_year, *(day.year for day in found)}, reverse=True)
        if wanted not in map(str, self.years):
            raise Http404
        return Scope(year=int(wanted))

    @property
    def name(self):
        return str(self.scope.year)

    def path(self):
        return []

    @property
    def query(self):
        return f"?year={self.scope.year}&"

    def parts(self):
        by_programme, programmes = tables.by_programme(self.scope)
        by_training, trainings = tables.by_training(self.scope)
        self.counted = [*programmes, *trainings]
        return [
            tables.linked(by_programme, urls("figures_programme", programmes)),
            tables.linked(by_training, urls("figures_training", trainings)),
        ]

    def logged_on(self):
        return self.tables and self.counted

    def get_context_data(self, **kwargs):
        listed = reverse(PartnerService.snippet_viewset.get_url_name("list"))
        lately = services_not_seen(at=self.at, months=LATELY)
        return super().get_context_data(
            **kwargs,
            years=self.years,
            never_seen=services_not_seen(at=self.at).count(),
            never_seen_url=f"{listed}?status=LISTED&seen=never",
            not_lately=lately.count(),
            not_lately_url=f"{listed}?status=LISTED&seen=not_lately",
        )


class ProgrammeFiguresView(FiguresScreen):
    def get_scope(self, pk):
        self.programme = get_object_or_404(Programme, pk=pk)
        return Scope(programme=self.programme)

    @property
    def name(self):
        return str(self.programme)

    def logged_on(self):
        return [self.programme]


class TrainingFiguresView(FiguresScreen):
    def get_scope(self, pk):
        self.training = get_object_or_404(Training.objects.select_related("programme"), pk=pk)
        return Scope(training=self.training)

    @property
    def name(self):
        return str(self.training)

    def path(self):
        return [*super().path(), *of_programme(self.training.programme)]

    def logged_on(self):
        return [self.training]


class SessionFiguresView(FiguresScreen):
    def get_scope(self, pk):
        sessions = TrainingSession.objects.select_related("training__programme")
        self.session = get_object_or_404(sessions, pk=pk)
        return Scope(session=self.session)

    @property
    def name(self):
        return f"{self.session.training}, {wording.when(self.session)}"

    def path(self):
        found = [*super().path(), *of_programme(self.session.training.programme)]
        if may_see_registrations(self.request.user):
            found.append({"url": people_url(self.session), "label": _("People")})
        return found

    def parts(self):
        return []

    def logged_on(self):
        return [self.session]


class FiguresMenuItem(MenuItem):
    def is_shown(self, request):
        return may_see_figures(request.user)


def menu_item(order: int) -> MenuItem:
    url = reverse("registrations_admin:figures")
    return FiguresMenuItem(_("Figures"), url, name="figures", icon_name="table", order=order)


def big_numbers(figures: Figures) -> list[tuple[str, str, str]]:
    """What the press asks for: label, number, and what stands small below it."""
    of_registered = _("of %(number)s registered")
    shown, presences = tables.as_shown, figures.presences
    rate = tables.percentage(presences.rate)
    return [
        (
            _("Services present"),
            shown(figures.services_present),
            of_registered % {"number": shown(figures.services_registered)},
        ),
        (
            _("People present"),
            shown(figures.people_present),
            of_registered % {"number": shown(figures.people_registered)},
        ),
        (_("Services for the first time ever"), shown(figures.services_new), ""),
        (
            pgettext("training session", "Sessions"),
            shown(figures.sessions.begun),
            _("of %(number)s that go ahead") % {"number": shown(figures.sessions.total)},
        ),
        (_("Training hours attended"), shown(tables.hours(presences.hours)), ""),
        (
            _("Presence rate"),
            "–" if rate is None else _("%(number)s%%") % {"number": rate},
            _("of those about whom it is known"),
        ),
    ]


def chart_of(by_kind: Table) -> Chart:
    return bars(
        "kinds",
        _("Services by kind"),
        [(label, present, registered) for label, registered, present, *_rest in by_kind.rows],
        description=_("Filled: present. Outlined: registered."),
    )


def by_session(scope: Scope) -> Table:
    table, sessions = tables.by_session(scope)
    return tables.linked(table, urls("figures_session", sessions))


def urls(name: str, rows: list[Any]) -> list[str]:
    return [reverse(f"registrations_admin:{name}", args=[row.pk]) for row in rows]


def of_programme(programme: Programme | None) -> list[dict[str, Any]]:
    if programme is None:
        return []
    (url,) = urls("figures_programme", [programme])
    return [{"url": url, "label": str(programme)}]


figure_urls: list[Any] = [
    path("figures/", FiguresView.as_view(), name="figures"),
    path("figures/programme/<int:pk>/", ProgrammeFiguresView.as_view(), name="figures_programme"),
    path("figures/training/<int:pk>/", TrainingFiguresView.as_view(), name="figures_training"),
    path("sessions/<int:pk>/figures/", SessionFiguresView.as_view(), name="figures_session"),
]

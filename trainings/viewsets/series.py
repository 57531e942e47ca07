"""Planning a season: from a rule to a table of dates, and from the table to sessions."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ProtectedError
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.permissions import policy_registry

from trainings import wording
from trainings.domain import series as domain
from trainings.domain.acts import Foreseen
from trainings.domain.series import Fate
from trainings.domain.warnings import warnings_of
from trainings.exceptions import TrainingError
from trainings.forms.series import PlanForm, SeriesForm
from trainings.models import SessionSeries, Training, TrainingSession
from trainings.sign_up import SessionAct, attach_states, get_sign_up
from trainings.viewsets.consequences import Consequences


class SeriesScreen(WagtailAdminTemplateMixin, TemplateView):
    """What screens of a series share: who may, where to go back to, where one is."""

    header_icon = "date"

    def dispatch(self, request, *args, **kwargs):
        policy = policy_registry.get_by_type(TrainingSession)
        if not all(policy.user_has_permission(request.user, act) for act in ("add", "change")):
            raise PermissionDenied
        self.series = self.get_series(**kwargs)
        self.training = self.series.training
        self.next_url = get_valid_next_url_from_request(request) or self.sessions_url
        return super().dispatch(request, *args, **kwargs)

    def get_series(self, pk):
        return get_object_or_404(SessionSeries.objects.select_related("training", "venue"), pk=pk)

    @property
    def sessions_url(self):
        names = TrainingSession.snippet_viewset.get_url_name
        return f"{reverse(names('list'))}?training={self.training.pk}"

    def get_page_subtitle(self):
        return str(self.training)

    def get_breadcrumbs_items(self):
        items = [
            {"url": self.next_url, "label": str(self.training)},
            {"url": "", "label": self.get_page_title(), "sublabel": str(self.training)},
        ]
        return self.breadcrumbs_items + items

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs, series=self.series, training=self.training, next_url=self.next_url
        )


class PlanView(SeriesScreen):
    """The rule on top, the table of its dates below; nothing is made before it is said so."""

    template_name = "trainings/admin/plan.html"
    page_title = gettext_lazy("Plan dates")

    def get(self, request, *args, **kwargs):
        form = SeriesForm(instance=self.series, for_user=request.user)
        # What stands is shown at once; a new series has nothing to show yet.
        return self.show(form, self.plan() if self.series.pk else None)

    def post(self, request, *args, **kwargs):
        form = SeriesForm(request.POST, instance=self.series, for_user=request.user)
        if not form.is_valid():
            return self.show(form, None)
        try:
            plan = self.plan(data=request.POST)
        except TrainingError as error:
            form.add_error(error.field, str(error))
            return self.show(form, None)
        if "do" not in request.POST:
            return self.show(form, plan)
        if not plan.is_seen:
            messages.warning(
                request, _("The dates are not those you saw: please look at them once more.")
            )
        elif plan.is_valid():
            try:
                made = domain.apply(self.series, plan.decisions, by=request.user, at=timezone.now())
            except TrainingError as error:
                plan.add_error(None, str(error))
            except ValidationError as error:
                plan.add_error(None, error.messages)
            except ProtectedError:
                plan.add_error(None, _("Somebody has registered meanwhile for one of these dates."))
            else:
                self.say_done(made)
                return redirect(self.next_url)
        return self.show(form, plan)

    def plan(self, *, data=None) -> PlanForm:
        lines = domain.plan(self.series, language=get_language(), at=timezone.now())
        attach_states([line.session for line in lines if line.session.pk], at=timezone.now())
        return PlanForm(lines, series=self.series, adjusted=adjusted_days(data), data=data)

    def show(self, form: SeriesForm, plan: PlanForm | None):
        context = {"form": form, "plan": plan}
        if plan is not None:
            context.update(self.about(plan))
        return self.render_to_response(self.get_context_data(**context))

    def about(self, plan: PlanForm) -> dict:
        rows = plan.rows
        new = [row for row in rows if row.line.fate is Fate.ADD]
        found = warnings_of(
            [row.session for row in new], at=timezone.now(), language=get_language()
        )
        for index, row in enumerate(new):
            row.warnings = found[index]
        return {
            "rows": rows,
            "sentence": wording.rule(self.series.rule, first_day=self.series.first_day),
            "proposed": sum(row.is_ticked for row in new),
            "found": self.consequences(rows),
        }

    def consequences(self, rows) -> Consequences:
        """Of the sessions that would follow the series to other hours or another place."""
        moving = [
            row.session
            for row in rows
            if row.line.fate is Fate.FOLLOW and domain.moves(self.series, row.session)
        ]
        sign_up = get_sign_up()
        told = (
            sign_up.people_to_tell(moving, SessionAct.MOVE, user=self.request.user)
            if sign_up and moving
            else []
        )
        return Consequences(
            SessionAct.MOVE, [Foreseen(session, session) for session in moving], told
        )

    def say_done(self, made) -> None:
        messages.success(
            self.request,
            ngettext("%(number)d date was made.", "%(number)d dates were made.", len(made))
            % {"number": len(made)},
        )


class NewPlanView(PlanView):
    """A series that does not exist yet, with the usual hours of the training."""

    USUAL = ("start_time", "end_time", "time_zone", "training_time", "venue", "capacity")

    def get_series(self, training):
        training = get_object_or_404(Training, pk=training)
        usual = training.sessions.select_related("venue").last()
        values = {name: getattr(usual, name) for name in self.USUAL} if usual else {}
        return SessionSeries(training=training, **values)


class EndSeriesView(SeriesScreen):
    """The rule goes; its sessions stay, each on its own."""

    template_name = "trainings/admin/end_series.html"
    page_title = gettext_lazy("Remove a series")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, sessions=self.series.sessions.count())

    def post(self, request, *args, **kwargs):
        domain.end(self.series, by=request.user, at=timezone.now())
        messages.success(request, _("The series is removed; its dates stay."))
        return redirect(self.next_url)


def adjusted_days(data) -> set[date]:
    """The days whose hours are open for adjustment, in what was posted."""
    if data is None:
        return set()
    found = set()
    for told in {*data.getlist("adjusted"), data.get("adjust", "")} - {data.get("leave")}:
        try:
            found.add(date.fromisoformat(told))
        except ValueError:
            continue  # nobody's form says this
    return found


series_urls = [
    path("plan/<int:training>/", NewPlanView.as_view(), name="plan"),
    path("series/<int:pk>/", PlanView.as_view(), name="series"),
    path("series/<int:pk>/remove/", EndSeriesView.as_view(), name="end_series"),
]

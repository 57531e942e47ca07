"""Screens where an organiser sets how places are shared: nothing here is a draft."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.permissions import policy_registry

from registrations.domain import set_rules as domain
from registrations.domain.workshops import places_of_workshops
from registrations.exceptions import WorkshopChosenError
from registrations.forms.rules import WholeForm, WorkshopFormSet, with_one_more_row
from registrations.models import SignUpRules, Workshop
from trainings import wording
from trainings.domain.acts import sentences
from trainings.models import Training, TrainingSession


def may_change(model, user) -> bool:
    return policy_registry.get_by_type(model).user_has_permission(user, "change")


class RulesScreen(WagtailAdminTemplateMixin, TemplateView):
    """What the screens share: who may, where to go back to, what is asked before it is done."""

    header_icon = "clipboard-list"
    model: type[Training] | type[TrainingSession]
    related: tuple[str, ...] = ()

    def dispatch(self, request, *args, **kwargs):
        if not may_change(self.model, request.user):
            raise PermissionDenied
        self.of = get_object_or_404(
            self.model.objects.select_related(*self.related), pk=kwargs["pk"]
        )
        self.next_url = get_valid_next_url_from_request(request) or self.usual_url()
        return super().dispatch(request, *args, **kwargs)

    @property
    def training(self) -> Training:
        return self.of if isinstance(self.of, Training) else self.of.training

    def usual_url(self):
        names = TrainingSession.snippet_viewset.get_url_name
        return f"{reverse(names('list'))}?training={self.training.pk}"

    @cached_property
    def at(self):
        return timezone.now()

    def get_page_subtitle(self):
        return str(self.of)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": self.next_url, "label": str(self.training)},
            {"url": "", "label": self.get_page_title(), "sublabel": str(self.of)},
        ]

    def get(self, request, *args, **kwargs):
        return self.show(self.get_form())

    def post(self, request, *args, **kwargs):
        if adds := request.POST.get("add"):
            data = with_one_more_row(request.POST, adds)
            return self.show(self.get_form(data, checked=False))
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form)
        found = self.unusual(form)
        if found and request.POST.get("passed") != digest(found):
            return self.show(form, warnings=found)
        refused = self.save(form)
        return self.show(form) if refused else redirect(self.next_url)

    def show(self, form, *, warnings=()):
        return self.render_to_response(
            self.get_context_data(form=form, warnings=warnings, digest=digest(warnings))
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, of=self.of, next_url=self.next_url)


def digest(warnings) -> str:
    """The value of the tick: of these warnings and no others."""
    return salted_hmac("registrations.rules", "\n".join(warnings), algorithm="sha256").hexdigest()


class TrainingRulesView(RulesScreen):
    model = Training
    related = ("programme",)
    template_name = "registrations/admin/rules.html"
    page_title = gettext_lazy("Registration rules")

    def get_form(self, data=None, *, checked=True):
        return WholeForm(domain.said_of(self.of), data=data, checked=checked)

    def unusual(self, form) -> list[str]:
        changes = domain.foresee(self.of, form.said, at=self.at)
        return domain.unusual(changes, at=self.at, language=get_language() or "")

    def save(self, form):
        changes = domain.set_rules(self.of, form.said, by=self.request.user, at=self.at)
        messages.success(self.request, self.report(len(changes)))

    def report(self, number: int) -> str:
        if not number:
            return _("The rules hold from now on.")
        return ngettext(
            "The rules hold from now on; %(number)d date to come has other places or deadlines.",
            "The rules hold from now on; %(number)d dates to come have other places or deadlines.",
            number,
        ) % {"number": number}

    def get_context_data(self, **kwargs):
        is_new = not SignUpRules.objects.filter(training=self.of).exists()
        return super().get_context_data(**kwargs, is_new=is_new)


class OfASession(RulesScreen):
    model = TrainingSession
    related = ("training__programme", "venue")

    def get_page_subtitle(self):
        return f"{self.training}, {wording.when(self.of)}"


class SessionRulesView(OfASession):
    template_name = "registrations/admin/rules.html"
    page_title = gettext_lazy("Rules of this session apart")

    def get_form(self, data=None, *, checked=True):
        said = domain.said_apart(self.of)
        return WholeForm(said, session=self.of, data=data, checked=checked)

    def unusual(self, form) -> list[str]:
        change = domain.Change(self.of, form.places.instance)
        return domain.unusual([change], at=self.at, language=get_language() or "")

    def post(self, request, *args, **kwargs):
        if "follow" not in request.POST:
            return super().post(request, *args, **kwargs)
        domain.follow_training(self.of, by=request.user, at=self.at)
        messages.success(request, _("The session follows the rules of the training again."))
        return redirect(self.next_url)

    def save(self, form):
        try:
            domain.set_apart(
                self.of,
                form.said,
                columns=form.places.columns,
                by=self.request.user,
                at=self.at,
            )
        except ValidationError as error:
            # Somebody has changed the session meanwhile.
            for field, sentence in sentences(error):
                form.places.add_error(field if field in form.places.fields else None, sentence)
            return True
        messages.success(self.request, _("These rules hold for this session alone."))
        return False

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs,
            is_apart=True,
            is_new=not SignUpRules.objects.filter(session=self.of).exists(),
            training_has_rules=SignUpRules.objects.filter(training=self.training).exists(),
        )


class WorkshopsView(OfASession):
    template_name = "registrations/admin/workshops.html"
    page_title = gettext_lazy("Workshops")

    def get_form(self, data=None, *, checked=True):
        self.there = list(Workshop.objects.filter(session=self.of))
        rows = [
            {"pk": one.pk, "title": one.title, "room": one.room, "capacity": one.capacity}
            for one in self.there
        ]
        return WorkshopFormSet(data, prefix="workshops", initial=rows, checked=checked)

    def unusual(self, form) -> list[str]:
        taken = {pk: one.taken for pk, one in places_of_workshops([self.of.pk]).items()}
        return [
            ngettext(
                "%(workshop)s: %(people)d person is in it and stays.",
                "%(workshop)s: %(people)d people are in it, and all of them stay.",
                taken[told.pk],
            )
            % {"workshop": next(iter(told.title.values())), "people": taken[told.pk]}
            for told in form.said
            if told.capacity is not None and taken.get(told.pk, 0) > told.capacity
        ]

    def save(self, form):
        try:
            domain.set_workshops(
                self.of, form.said, remove=form.removed, by=self.request.user, at=self.at
            )
        except WorkshopChosenError as error:
            for row in form.deleted_forms:
                if row.cleaned_data.get("pk") == error.workshop.pk:
                    row.add_error("DELETE", str(error))
            return True
        messages.success(self.request, _("The workshops are saved."))
        return False


rules_urls = [
    path("rules/<int:pk>/", TrainingRulesView.as_view(), name="rules"),
    path("rules/session/<int:pk>/", SessionRulesView.as_view(), name="session_rules"),
    path("workshops/<int:pk>/", WorkshopsView.as_view(), name="workshops"),
]

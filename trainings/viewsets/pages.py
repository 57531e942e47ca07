"""Pages in the Wagtail admin: what is said before they go, and their copy for another year."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.pages.utils import get_breadcrumbs_items_for_page
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import policy_registry

from trainings.domain import copying, guards
from trainings.exceptions import CopyPlanChangedError
from trainings.forms.copying import CopyProgrammeForm
from trainings.models import TrainingSession
from trainings.models.page_parts import FactsMixin

# --- before pages go ---------------------------------------------------------------------------


def guard_deletion(request, page):
    """Wagtail's screen that deletes one page: warn when it is shown, refuse what cannot be."""
    pages = [page, *_translations_that_go_along(page)]
    if refusal := guards.why_not_delete(pages):
        messages.error(request, refusal)
        return redirect(
            get_valid_next_url_from_request(request)
            or reverse("wagtailadmin_explore", args=[page.get_parent().pk])
        )
    if request.method == "GET" and (warning := guards.before_pages_go(pages, at=timezone.now())):
        button = messages.button(sessions_url(), _("The list of dates"))
        messages.warning(request, warning, buttons=[button])
    return None


def guard_bulk_deletion(request, action_type, objects, action):
    """The same for many; its screen shows the warning, see the templates of the same name."""
    pages = [one for one in objects if isinstance(one, Page)]
    if action_type != "delete" or not pages:
        return None
    if refusal := guards.why_not_delete(pages):
        messages.error(request, refusal)
        return redirect(action.next_url)
    return None


def _translations_that_go_along(page):
    """Of a host that keeps the trees of its languages the same."""
    if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        return []
    found = [
        cascade([page], "delete") or {}
        for cascade in hooks.get_hooks("construct_translated_pages_to_cascade_actions")
    ]
    return [one for pages in found for translations in pages.values() for one in translations]


def sessions_url():
    return reverse(TrainingSession.snippet_viewset.get_url_name("list"))


# --- a copy for another year -------------------------------------------------------------------


def may_copy(user, page) -> bool:
    """With its translations, each of which gets its copy beside it."""
    return may_add_sessions(user) and all(
        tree.permissions_for_user(user).can_copy_to(tree.get_parent(), recursive=True)
        for tree in page.get_translations(inclusive=True)
    )


def may_add_sessions(user) -> bool:
    return policy_registry.get_by_type(TrainingSession).user_has_permission(user, "add")


def is_ours(page) -> bool:
    return page.specific_class is not None and issubclass(page.specific_class, FactsMixin)


def copy_button(page):
    return Button(
        _("Copy for another year"),
        reverse("trainings_admin:copy_programme", args=[page.pk]),
        icon_name="calendar-alt",
        priority=31,  # after Wagtail's own copy
    )


def header_buttons(page, user, view_name, next_url=None):
    if is_ours(page) and may_copy(user, page):
        yield copy_button(page)


def listing_buttons(page, user, next_url=None):
    # One of many rows: what is looked up here must cost no more than Wagtail's own copy.
    if is_ours(page) and page.permissions_for_user(user).can_copy() and may_add_sessions(user):
        yield copy_button(page)


class CopyProgrammeView(WagtailAdminTemplateMixin, TemplateView):
    """Say what to call the copy and how much later it is; look at its dates; then copy."""

    template_name = "trainings/admin/copy_programme.html"
    page_title = gettext_lazy("Copy for another year")
    header_icon = "calendar-alt"

    def dispatch(self, request, *args, **kwargs):
        self.original = get_object_or_404(Page, pk=kwargs["pk"]).specific
        if not isinstance(self.original, FactsMixin):
            raise Http404
        if not may_copy(request.user, self.original):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return self.original.get_admin_display_title()

    def get_breadcrumbs_items(self):
        above = get_breadcrumbs_items_for_page(self.original, self.request.user)
        return [*above, {"url": "", "label": self.get_page_title()}]

    @cached_property
    def form(self):
        initial = {"title": copying.proposed_title(self.original)}
        return CopyProgrammeForm(self.request.POST or None, initial=initial)

    @cached_property
    def lines(self):
        weeks = self.form.cleaned_data["weeks"]
        return copying.plan(self.original, weeks=weeks, language=get_language(), at=timezone.now())

    @cached_property
    def is_seen(self) -> bool:
        return self.request.POST.get("seen") == copying.digest(self.lines)

    @property
    def ticked(self) -> set[int]:
        """The sessions to copy: as ticked below the table that was seen, else as proposed."""
        if not self.is_seen:
            return {line.session.pk for line in self.lines if line.is_proposed}
        said = set(self.request.POST.getlist("sessions"))
        return {
            line.session.pk
            for line in self.lines
            if str(line.session.pk) in said and not line.problem
        }

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(form=self.form))

    def post(self, request, *args, **kwargs):
        if not self.form.is_valid():
            return self.show_errors()
        if "copy" in request.POST:
            try:
                return self.copy()
            except CopyPlanChangedError as error:
                messages.warning(request, error.message)
            except ValidationError as error:
                self.form.add_error(None, error.messages)
        return self.show_dates()

    def copy(self):
        """Raises CopyPlanChangedError when the table is not the one that was seen."""
        if not self.is_seen:
            raise CopyPlanChangedError
        copied = copying.copy_programme(
            self.original,
            **self.form.cleaned_data,
            session_ids=self.ticked,
            by=self.request.user,
            at=timezone.now(),
        )
        messages.success(
            self.request,
            ngettext(
                "“%(title)s” is ready as a draft, with %(number)d date.",
                "“%(title)s” is ready as a draft, with %(number)d dates.",
                len(self.ticked),
            )
            % {"title": copied.get_admin_display_title(), "number": len(self.ticked)},
        )
        return redirect("wagtailadmin_pages:edit", copied.pk)

    def show_errors(self):
        if "seen" in self.request.POST and "weeks" in self.form.cleaned_data:
            return self.show_dates()
        context = {
            "form": self.form,
            "seen": self.request.POST.get("seen"),
            "kept": self.request.POST.getlist("sessions"),
        }
        return self.render_to_response(self.get_context_data(**context))

    def show_dates(self):
        context = {
            "form": self.form,
            "lines": self.lines,
            "ticked": self.ticked,
            "seen": copying.digest(self.lines),
            "is_planned": True,
        }
        return self.render_to_response(self.get_context_data(**context))

    def get_context_data(self, **kwargs):
        back = reverse("wagtailadmin_pages:edit", args=[self.original.pk])
        return super().get_context_data(**kwargs, original=self.original, back=back)


page_urls = [
    path("copy/<int:pk>/", CopyProgrammeView.as_view(), name="copy_programme"),
]

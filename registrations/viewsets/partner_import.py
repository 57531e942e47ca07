"""A list of partner services is uploaded, looked at, and imported or not."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Field
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.permissions import policy_registry

from registrations.domain import importing
from registrations.domain.import_plan import Change, Planned, plan
from registrations.domain.partners import totals
from registrations.enums import PartnerStatus, RelationKind
from registrations.exceptions import ImportChangedError
from registrations.exports import as_csv
from registrations.forms.directory import ImportForm
from registrations.forms.import_lines import headings, read_list
from registrations.models import PartnerService, ServiceKind
from registrations.viewsets.calendar_addresses import url_of

#: Rows that a dry run spells out; of the others it says how many.
MOST_SHOWN = 200


@method_decorator(never_cache, name="dispatch")
class ImportScreen(WagtailAdminTemplateMixin, View):
    """Of who may change partner services and add some."""

    header_icon = "upload"
    page_title = gettext_lazy("Import a list of partner services")

    def dispatch(self, request, *args, **kwargs):
        policy = policy_registry.get_by_type(PartnerService)
        if not all(policy.user_has_permission(request.user, act) for act in ("add", "change")):
            raise PermissionDenied
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": url_of("list"), "label": PartnerService._meta.verbose_name_plural},
            {"url": "", "label": self.get_page_title()},
        ]

    def show(self, *, status=200, **context):
        return self.render_to_response(self.get_context_data(**context), status=status)


class ImportView(ImportScreen):
    template_name = "registrations/admin/directory_import.html"

    def get(self, request, *args, **kwargs):
        return self.show_form(ImportForm())

    def post(self, request, *args, **kwargs):
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read()
            try:
                read_list(content)
            except ValidationError as error:
                form.add_error("file", error)
            else:
                made = importing.keep(content, name=file.name, by=request.user, at=self.at)
                return redirect("registrations_admin:import_plan", made.pk)
        return self.show_form(form, status=422)

    def show_form(self, form, *, status=200):
        kinds = ServiceKind.objects.all()
        relations = [label for _code, label in RelationKind.choices]
        return self.show(form=form, kinds=kinds, relations=relations, status=status)


class ImportPlanView(ImportScreen):
    """What the file would change; then it does, or is thrown away."""

    template_name = "registrations/admin/directory_import_plan.html"

    def dispatch(self, request, *args, **kwargs):
        at = timezone.now()
        self.file = (
            importing.kept(kwargs["pk"], by=request.user, at=at) if request.user.pk else None
        )
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if self.file is None:
            return self.gone()
        return self.show_plan()

    def post(self, request, *args, **kwargs):
        if self.file is None:
            return self.gone()
        if request.POST.get("do") == "drop":
            self.file.delete()
            messages.success(request, _("Nothing was imported."))
            return redirect(url_of("list"))
        skips = "skip" in request.POST
        if self.read.faults and not skips:
            problem = _("Nothing was imported: please correct the lines, or tick the box.")
            return self.show_plan(problem=problem, status=422)
        try:
            done = importing.carry_out(
                self.file,
                self.read.lines,
                self.read.faults,
                shown=request.POST.get("shown", ""),
                skips_faults=skips,
                by=request.user,
                at=self.at,
            )
        except ImportChangedError as error:
            return self.show_plan(problem=str(error), status=409)
        messages.success(request, self.report(done))
        return redirect(url_of("list"))

    @cached_property
    def read(self):
        return read_list(bytes(self.file.content))

    def gone(self):
        messages.warning(self.request, _("This file is no longer kept. Please choose it again."))
        return redirect("registrations_admin:import_partners")

    def show_plan(self, *, problem="", status=200):
        found = plan(self.read.lines, list(self.read.faults))
        labels = Labels()
        return self.show(
            file=self.file,
            read=self.read,
            plan=found,
            columns=[labels.of(name) for name in self.read.columns],
            new=[labels.told(one) for one in found.new[:MOST_SHOWN]],
            changed=[labels.told(one) for one in found.changed[:MOST_SHOWN]],
            faults=found.faults[:MOST_SHOWN],
            most=MOST_SHOWN,
            problem=problem,
            status=status,
        )

    @staticmethod
    def report(done) -> str:
        new, changed = len(done.new), len(done.changed)
        now = totals()
        told = [
            ngettext("%(number)d service is new.", "%(number)d services are new.", new)
            % {"number": new},
            ngettext("%(number)d has changed.", "%(number)d have changed.", changed)
            % {"number": changed},
            _(
                "The directory has %(services)d services, %(neighbourhoods)d neighbourhoods, "
                "%(employees)d employees and %(volunteers)d volunteers."
            )
            % vars(now),
        ]
        return " ".join(told)


class Labels:
    """What a planned change is called, and its values as people read them."""

    OTHERS = {
        "kind": gettext_lazy("Kind of service"),
        "neighbourhoods": gettext_lazy("Neighbourhoods"),
        "former_names": gettext_lazy("Former names"),
        "contact_first_name": gettext_lazy("First name of the contact"),
        "contact_last_name": gettext_lazy("Last name of the contact"),
        "contact_function": gettext_lazy("Function of the contact"),
        "contact_email": gettext_lazy("E-mail address of the contact"),
        "contact_phone": gettext_lazy("Phone of the contact"),
    }

    def __init__(self):
        self.kinds = {kind.pk: str(kind) for kind in ServiceKind.objects.all()}

    def of(self, name: str) -> str:
        if name in self.OTHERS:
            return str(self.OTHERS[name])
        field = PartnerService._meta.get_field(name)
        return capfirst(str(field.verbose_name)) if isinstance(field, Field) else name

    def value(self, change: Change, value) -> str:
        if value in (None, ""):
            return _("nothing")
        if change.field == "kind_id":
            return self.kinds.get(value, "")
        if change.field == "relation":
            return str(RelationKind(value).label)
        if change.field == "status":
            return str(PartnerStatus(value).label)
        if change.field == "do_not_name":
            return _("yes") if value else _("no")
        return str(value)

    def told(self, one: Planned) -> dict:
        said = [
            {
                "field": self.of(change.field),
                "before": self.value(change, change.before),
                "after": self.value(change, change.after),
            }
            for change in one.changes
        ]
        return {
            "number": one.number,
            "name": one.partner.name,
            "municipality": one.partner.municipality,
            "changes": said,
            "new_neighbourhoods": one.new_neighbourhoods,
            "gone_neighbourhoods": [gone.name for gone in one.gone_neighbourhoods],
            "new_names": one.new_names,
            "contact": one.contact is not None,
        }


class ImportExampleView(ImportScreen):
    """A file with all headings, in the language of who downloads it, and a line to see how."""

    def get(self, request, *args, **kwargs):
        head = headings()
        line = {
            "reference": "1",
            "name": _("Name of the service"),
            "kind": ServiceKind.objects.first() or "",
            "relation": RelationKind.NONE.label,
            "email": "service@example.org",
            "postal_code": "6000",
            "municipality": "Charleroi",
            "neighbourhoods": _("First neighbourhood; second neighbourhood"),
            "employees": "0",
            "volunteers": "0",
            "do_not_name": _("no"),
        }
        rows = [list(head.values()), [line.get(name, "") for name in head]]
        return as_csv(_("partner-services.csv"), rows)


import_urls = [
    path("directory/import/", ImportView.as_view(), name="import_partners"),
    path("directory/import/example/", ImportExampleView.as_view(), name="import_example"),
    path("directory/import/<int:pk>/", ImportPlanView.as_view(), name="import_plan"),
]

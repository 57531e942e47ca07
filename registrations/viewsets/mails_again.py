"""Mails ticked in the list, sent again at one stroke."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.permissions import policy_registry
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from registrations.domain.mails import may_be_tried, try_again
from registrations.models import OutgoingEmail
from registrations.permissions import may_change_registrations
from trainings.viewsets.bulk import OfTheListMixin

#: Each is locked and logged in one request.
MOST_AT_ONCE = 1000
#: What a database takes for a key.
LARGEST_KEY = 2**63 - 1


def may_send_again(user) -> bool:
    policy = policy_registry.get_by_type(OutgoingEmail)
    return may_change_registrations(user) and policy.user_has_permission(user, "view")


class SendAgainBulkAction(OfTheListMixin, SnippetBulkAction):
    models = [OutgoingEmail]
    action_type = "send_again"
    display_name = gettext_lazy("Send again")
    aria_label = gettext_lazy("Send the selected mails again")
    action_priority = 10
    template_name = "registrations/admin/send_mails_again.html"

    def dispatch(self, request, *args, **kwargs):
        if not may_send_again(request.user):
            raise PermissionDenied
        self.chosen = self.get_chosen()
        self.to_try = self.chosen.filter(may_be_tried(at=timezone.now()))
        number = self.to_try.count()
        if number > MOST_AT_ONCE:
            messages.error(request, too_many(number))
            return redirect(self.next_url)
        return super().dispatch(request, *args, **kwargs)

    def get_chosen(self):
        asked = self.request.GET.getlist("id")
        if "all" in asked:
            # Without its order, which a subquery has no use for.
            keys = self.get_all_objects_in_listing_query(None).order_by()
        else:
            numbers = {int(one) for one in asked if one.isdecimal() and len(one) < 20}
            keys = [one for one in numbers if one <= LARGEST_KEY]
        return OutgoingEmail.objects.filter(pk__in=keys)

    def get_actionable_objects(self):
        return list(self.to_try), {"others": self.chosen.count() - self.to_try.count()}

    def object_context(self, obj):
        return {"item": obj}

    def form_valid(self, form):
        self.left = 0
        response = super().form_valid(form)
        if self.left:
            messages.warning(self.request, left_alone(self.left))
        return response

    @classmethod
    def execute_action(cls, objects, user=None, **kwargs):
        view = kwargs["self"]
        # Counted before: what "all" were may no longer be so once they are sent again.
        number = view.chosen.count()
        tried = try_again(objects, by=view.request.user, at=timezone.now())
        view.left = number - tried
        return tried, 0

    def get_success_message(self, num_parent_objects, num_child_objects):
        return sent_again(num_parent_objects) if num_parent_objects else None


def sent_again(number: int) -> str:
    return ngettext(
        "%(number)d mail is sent again.", "%(number)d mails are sent again.", number
    ) % {"number": number}


def left_alone(number: int) -> str:
    return ngettext(
        "%(number)d mail was left as it is: it has left, is leaving or was never tried.",
        "%(number)d mails were left as they are: they have left, are leaving or were never tried.",
        number,
    ) % {"number": number}


def too_many(number: int) -> str:
    return _("Choose at most %(most)d mails at a time; you chose %(number)d.") % {
        "most": MOST_AT_ONCE,
        "number": number,
    }

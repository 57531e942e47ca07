"""Who may look at people who are registered, and who may decide about them."""

from __future__ import annotations

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import policy_registry

from registrations.models import Registration


def may_see_registrations(user: Any) -> bool:
    return policy_registry.get_by_type(Registration).user_has_permission(user, "view")


def may_change_registrations(user: Any) -> bool:
    """Accept, refuse, give places, enter people by hand.

    Asked of the group's own right to change registrations: the policy of the list has none, since
    nobody edits a registration in a form, past the locks.
    """
    own = ModelPermissionPolicy(Registration)
    return may_see_registrations(user) and own.user_has_permission(user, "change")

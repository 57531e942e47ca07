"""What the list of the welcome desk says of its fields, without a form for each of its rows."""

from __future__ import annotations

from typing import Any

from django import template

from registrations.domain.welcome import Act
from registrations.forms.welcome import FORMS

register = template.Library()


@register.simple_tag
def desk_field(sent: dict[str, Any] | None, act: str, pk: Any, name: str) -> dict[str, Any]:
    """Its label; of the row whose form was `sent` and refused, what was typed and why."""
    if sent is None or (sent["act"], sent["of"]) != (act, str(pk)):
        return {"label": FORMS[Act(act)].base_fields[name].label, "errors": [], "value": ""}
    field = sent["form"][name]
    return {"label": field.label, "errors": field.errors, "value": field.value() or ""}

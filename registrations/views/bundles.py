"""How far a file of attestations is, and the file, on whatever page it was asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from registrations.models import AttestationBundle
from registrations.views import protection


def zip_of(bundle: AttestationBundle, *, name: str) -> HttpResponse:
    """To save; call it for one that is finished without a fault."""
    content: Any = bundle.content
    response = HttpResponse(bytes(content), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return protection.keep_address_secret(response)

"""A paper as it is handed out: a PDF in the browser, or a page to print."""

from __future__ import annotations

import logging

from django.http import HttpResponse
from django.utils.text import slugify

from registrations.papers.frame import Paper
from registrations.papers.printing import can_print, compile_pdf
from trainings.models import TrainingSession

logger = logging.getLogger(__name__)


def as_pdf(paper: Paper, session: TrainingSession) -> HttpResponse | None:
    """None where it cannot be made: there is a page to print instead."""
    if not can_print():
        return None
    try:
        content = compile_pdf(paper.template, paper.data, images=paper.images)
    except RuntimeError as error:
        # Without what the compiler says, which may quote people.
        logger.error("%s of session %s: %s", paper.template, session.pk, type(error).__name__)
        return None
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{slugify(paper.data['heading']) or paper.template}-{session.starts_on:%Y-%m-%d}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response

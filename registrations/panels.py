"""Panels of ours in Wagtail's editors."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from registrations.models import SignUpRules
from registrations.publication import rules_in_words
from registrations.wording import Rules
from trainings.models import TrainingSession
from trainings.panels import SHOWN


class RulesPanel(Panel):
    """How places are shared, in a training page's editor. Rows, not part of the draft."""

    def __init__(self, **kwargs):
        kwargs.setdefault("heading", _("Registrations"))
        super().__init__(**kwargs)

    class BoundPanel(Panel.BoundPanel):
        template_name = "registrations/panels/rules.html"

        class Media:
            css = {"all": ["registrations/rules.css"]}

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            training = self.instance.training_id and self.instance.training
            context.update(training=training, page=self.instance)
            if training:
                context.update(self.rules(training), **self.dates(training, at=timezone.now()))
            return context

        def rules(self, training):
            """What holds, or what is proposed where nothing is set."""
            rules = SignUpRules.objects.complete().filter(training=training).first()
            programme = training.programme
            words = Rules(
                rules or SignUpRules(),
                is_indivisible=bool(programme and programme.is_indivisible),
            )
            return {"has_rules": rules is not None, "sentences": words.sentences()}

        def dates(self, training, *, at):
            """The next dates; of those with rules of their own, these in words."""
            upcoming = training.sessions.upcoming(at).select_related("training", "sign_up_rules")
            sessions = list(upcoming.prefetch_related("workshops")[:SHOWN])
            apart = [session for session in sessions if hasattr(session, "sign_up_rules")]
            words = rules_in_words(apart, at=at)
            return {
                "sessions": [(session, words.get(session.pk)) for session in sessions],
                "session_url": TrainingSession.snippet_viewset.get_url_name("edit"),
            }

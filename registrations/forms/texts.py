"""The words of a message as an editor types them, placeholders in the language of the text."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registrations.domain.texts import WORDS
from registrations.emails import texts
from registrations.forms.fields import LongTextField, TextField
from registrations.models import MessageText


def longest(name):
    return MessageText._meta.get_field(name).max_length


def long_text(name, **options):
    widget = forms.Textarea(attrs={"rows": 5})
    return LongTextField(max_length=longest(name), required=False, widget=widget, **options)


class TextForm(forms.Form):
    """`known` has the placeholders of the message by code name. Its values hold code names, too."""

    subject = TextField(
        label=gettext_lazy("Subject"),
        max_length=longest("subject"),
        required=False,
        help_text=gettext_lazy("Empty: as it ships."),
    )
    opening = long_text(
        "opening",
        label=gettext_lazy("Before the details"),
        help_text=gettext_lazy(
            "Empty: as it ships. A blank line begins a new paragraph; web addresses become links."
        ),
    )
    closing = long_text(
        "closing",
        label=gettext_lazy("After the details"),
        help_text=gettext_lazy("Empty: as it ships."),
    )

    def __init__(self, text: MessageText, data=None, *, known):
        self.text, self.known = text, list(known)
        initial = {
            name: texts.to_local_names(getattr(text, name), language=text.language)
            for name in WORDS
        }
        super().__init__(data, initial=initial)
        for name in WORDS:
            self.fields[name].widget.attrs["lang"] = text.language

    def clean(self):
        cleaned = super().clean()
        for name in WORDS:
            if name in cleaned:
                self._clean_placeholders(name, cleaned[name])
        return cleaned

    def _clean_placeholders(self, name, value):
        language = self.text.language
        if strange := texts.unknown(value, known=self.known, language=language):
            self.add_error(name, self._refusal(strange))
            return
        coded = texts.to_codes(value, language=language)
        # Code names may be longer than what was typed.
        if len(coded) > longest(name):
            self.add_error(name, _("Please write a little less."))
            return
        self.cleaned_data[name] = coded

    def _refusal(self, strange: list[str]) -> str:
        language = self.text.language
        names = [f"{{{texts.local_name(code, language=language)}}}" for code in self.known]
        return ngettext(
            "This message does not know %(strange)s. It knows: %(known)s.",
            "This message does not know %(strange)s. It knows: %(known)s.",
            len(strange),
        ) % {"strange": ", ".join(dict.fromkeys(strange)), "known": ", ".join(names)}


class ShownForm(forms.Form):
    """In which situation, and about which session, a message is shown."""

    situation = forms.ChoiceField(label=gettext_lazy("Situation"))
    session = forms.ChoiceField(label=gettext_lazy("About the session"), required=False)

    def __init__(self, data=None, *, situations, sessions):
        super().__init__(data)
        self.fields["situation"].choices = situations
        self.fields["session"].choices = sessions
        if not sessions:
            del self.fields["session"]

    def chosen(self) -> dict[str, str]:
        """What was chosen, else the first of each: a choice that is gone is no fault of theirs."""
        self.is_valid()
        values = getattr(self, "cleaned_data", {})
        return {
            name: values.get(name) or next((key for key, _label in field.choices), "")
            for name, field in self.fields.items()
        }

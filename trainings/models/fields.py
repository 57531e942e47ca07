"""Short texts that a fact carries in several languages."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info
from wagtail.coreutils import get_content_languages


def content_languages() -> list[str]:
    """Language codes an editor writes in, the main one first."""
    return list(get_content_languages())


class TranslatedText(dict):
    """{language code: text}. As a string: the active language, else the first one filled in."""

    def in_language(self, language: str | None) -> str:
        for code in (language, (language or "").partition("-")[0], *content_languages(), *self):
            if text := self.get(code or "", ""):
                return text
        return ""

    def __str__(self) -> str:
        return self.in_language(get_language())

    # A dict is not hashable, and templates and choices want a value that is.
    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))


class TranslatedTextWidget(forms.MultiWidget):
    template_name = "trainings/widgets/translated_text.html"

    def __init__(self, languages: list[str], widget: type[forms.Widget] = forms.TextInput):
        self.languages = languages
        super().__init__({code: widget() for code in languages})

    def decompress(self, value):
        return [(value or {}).get(code, "") for code in self.languages]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        for code, subwidget in zip(self.languages, context["widget"]["subwidgets"], strict=True):
            subwidget["attrs"]["lang"] = code
            subwidget["language"] = get_language_info(code)["name_translated"]
            subwidget["attrs"]["aria-label"] = subwidget["language"]
        return context


class TranslatedTextFormField(forms.MultiValueField):
    def __init__(self, *, multiline: bool = False, max_length: int = 255, **kwargs):
        self.languages = content_languages()
        widget = forms.Textarea if multiline else forms.TextInput
        fields = [forms.CharField(max_length=max_length, required=False) for _ in self.languages]
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        super().__init__(
            fields,
            require_all_fields=False,
            widget=TranslatedTextWidget(self.languages, widget),
            **kwargs,
        )

    def compress(self, data_list):
        pairs = zip(self.languages, data_list or [], strict=False)
        return TranslatedText({code: text for code, text in pairs if text})


class TranslatedTextField(models.JSONField):
    """A neutral row's text in each content language, so that facts need no copy per language."""

    def __init__(self, *args, multiline: bool = False, max_length: int = 255, **kwargs):
        self.multiline = multiline
        kwargs.setdefault("default", TranslatedText)
        super().__init__(*args, max_length=max_length, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.multiline:
            kwargs["multiline"] = True
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection):
        return TranslatedText(super().from_db_value(value, expression, connection) or {})

    def to_python(self, value):
        return TranslatedText(super().to_python(value) or {})

    def save_form_data(self, instance, data):
        # The form asks in the content languages only; what is known in others stays.
        known = getattr(instance, self.name) or {}
        asked = content_languages()
        kept = {code: text for code, text in known.items() if code not in asked}
        super().save_form_data(instance, TranslatedText({**kept, **data}))

    def formfield(self, **kwargs):
        # JSONField's own form field would ask an editor to write JSON.
        return models.Field.formfield(
            self,
            form_class=TranslatedTextFormField,
            multiline=self.multiline,
            **{"max_length": self.max_length, **kwargs},
        )


class LanguagesField(models.CharField):
    """Language codes, chosen from the host's LANGUAGES; a list in code, "fr nl" when stored.

    `languages__contains="fr"` finds those that have one.
    """

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value, expression, connection):
        return self.to_python(value)

    def to_python(self, value):
        return value.split() if isinstance(value, str) else list(value or [])

    def get_prep_value(self, value):
        return value if isinstance(value, str) else " ".join(value or [])

    def value_to_string(self, obj):
        return self.get_prep_value(self.value_from_object(obj))

    def clean(self, value, model_instance):
        # CharField's own length is that of the stored text.
        codes = self.to_python(value)
        self.run_validators(self.get_prep_value(codes))
        return codes

    def formfield(self, **kwargs):
        return forms.MultipleChoiceField(
            choices=lambda: [
                (code, capfirst(get_language_info(code)["name_translated"]))
                for code, _name in settings.LANGUAGES
            ],
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
        )


class WebAddressField(models.URLField):
    """An address typed without a scheme is taken for https."""

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})

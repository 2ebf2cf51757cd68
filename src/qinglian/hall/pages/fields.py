"""Forms whose labels and hints come from the house's catalogue, in the language of each request."""

from __future__ import annotations

from typing import Any

from django import forms

from qinglian.core.text import entry, text
from qinglian.hall.places import outside

LARGEST = 2**31 - 1
"""The largest number of a record, batch or decision that a form takes."""


class Labelled(forms.Form):
    """A form: the label of a field is ``hall.field_NAME``, its hint ``hall.hint_NAME`` where there is one."""

    template_name = "hall/form.html"
    required_css_class = "required"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        named.setdefault("label_suffix", "")
        super().__init__(*arguments, **named)
        for name, field in self.fields.items():
            field.label = text(f"hall.field_{name}")
            field.help_text = _hint(name)


def _hint(name: str) -> str:
    try:
        entry(f"hall.hint_{name}")
    except KeyError:
        return ""
    return text(f"hall.hint_{name}")


class Day(forms.DateField):
    """A day, picked or typed as ISO 8601."""

    def __init__(self, **named: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **named)


def refused_as_error(form: forms.Form, error: Any) -> None:
    """Put a refusal of the house above a form: what, where, and the fix."""
    for found in error.problems:
        problem = outside(found)
        where = f" ({problem.where})" if problem.where else ""
        fix = f" {problem.fix()}" if problem.fix() else ""
        form.add_error(None, f"{problem.message()}{where}{fix}")

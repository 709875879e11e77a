"""`{% say "English words" %}` in the page's language, `page_language` of its context."""

from __future__ import annotations

from django import template
from django.template import Context

from apps.portal_ui import words

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: Context, text: str, **values: object) -> str:
    """The English words in the page's language."""
    return words.say(str(context.get("page_language", words.ENGLISH)), text, **values)


@register.simple_tag(takes_context=True)
def keys(context: Context, shown: str) -> str:
    """What stands on the keys of a shortcut."""
    return words.keys(str(context.get("page_language", words.ENGLISH)), shown)

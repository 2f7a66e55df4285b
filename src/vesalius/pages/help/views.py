"""Pages of help that both sites have."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from vesalius.pages.help.guides import SHELVES, guide
from vesalius.pages.help.topics import Topics

ALWAYS = (("?", "opens this help"), ("Esc", "closes it"))


def help_page(request: HttpRequest, template: str, topics: Topics) -> HttpResponse:
    """Help, with what it says about the page of `?about=` first; an unknown one is as none."""
    topic = topics.by_name.get(request.GET.get("about", ""))
    shown = {"about": topic, "keys": (*topic.keys, *ALWAYS) if topic else (), "shelves": SHELVES}
    return render(request, template, shown)


def guide_page(request: HttpRequest, shelf: str, name: str, base: str) -> HttpResponse:
    """One guide or page of the reference; NotFound without it."""
    found = guide(shelf, name)
    html = mark_safe(found.html)  # noqa: S308 - made of our own files, with raw HTML escaped
    shown = {"base": base, "guide": found, "html": html, "others": SHELVES[shelf]}
    return render(request, "help/guide.html", shown)

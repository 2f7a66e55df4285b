"""Addresses of NBIA REST."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

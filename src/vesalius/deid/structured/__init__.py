"""Structured content under the Clean Structured Content Option: what becomes of each content item (PS3.15 E.3.4)."""

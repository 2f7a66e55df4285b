"""Deliveries come in: received, checked, cleaned; nothing is lost."""

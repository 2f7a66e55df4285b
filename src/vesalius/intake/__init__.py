"""Rows of the intake side: what was sent, how it was cleaned, what people said of it. Holds PHI."""

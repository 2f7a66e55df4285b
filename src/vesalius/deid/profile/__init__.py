"""The profile applied: what a recipe makes of Annex E for each attribute at its place."""

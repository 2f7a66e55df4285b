"""New values for old: dates moved, words judged, dummies, and how a value is written."""

"""How people write: letters made alike, words, the words of medicine, dates, and the forms that identify."""

"""Supporting files and clinical tables of a dataset: shown, browsed, sent."""

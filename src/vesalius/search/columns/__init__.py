"""The current series as memory-mapped columns: derived from the rows, disposable, brought up with every change."""

"""What CTP's scripts say: filter expressions, pixel scripts and anonymizer scripts, as values that can be asked."""

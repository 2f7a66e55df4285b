"""Text search: words with typing errors and synonyms, over descriptions and header texts, ranked."""

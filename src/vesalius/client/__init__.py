"""The retriever: fetches series from any archive that speaks NBIA REST, over HTTP alone."""

"""What the benchmark of search measures with: rows, random questions, and the same questions put to others."""

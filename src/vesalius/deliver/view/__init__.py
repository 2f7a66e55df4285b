"""A picture of exactly what a viewer shows: asked for by the words of its address, drawn by a job."""

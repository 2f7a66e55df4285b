"""Clinical tables: read strictly, told by a dictionary, cleaned like the images of the same patients."""

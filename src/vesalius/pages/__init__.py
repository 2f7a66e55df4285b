"""Server-rendered pages: the public site and the staff site."""

"""Help of the public site: what it says about each page, and its statements."""

"""People look at every series, accept or exclude it, plan releases, and admit them."""

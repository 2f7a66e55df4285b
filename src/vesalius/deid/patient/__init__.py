"""Who is being cleaned: keyed identity, and what is known of one patient."""

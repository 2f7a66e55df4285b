"""People, roles, grants and tokens; `permit` is the only code that decides who may do what."""

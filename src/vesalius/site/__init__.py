"""De-identification at the site itself: folders in, cleaned folders out, and what stays behind for the site alone.

Needs neither a server nor a network; the journal and the maps of a run lie in a folder that the site keeps.
"""

"""The endpoints of NBIA REST as data, and the code that answers from it."""

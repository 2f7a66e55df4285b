"""The anonymous and Bearer part of NBIA REST."""

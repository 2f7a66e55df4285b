"""NBIA REST: the API that clients of The Cancer Imaging Archive speak."""

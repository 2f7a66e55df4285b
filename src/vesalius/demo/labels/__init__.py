"""What readers at a workstation draw and measure on images: segmentations, structure sets and reports."""

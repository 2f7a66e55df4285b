"""What leaves the archive: ZIPs computed from rows, single files, ranges of both."""

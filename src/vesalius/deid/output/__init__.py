"""What becomes of a pass: edits and their writer, stamps, the new head, header facts."""

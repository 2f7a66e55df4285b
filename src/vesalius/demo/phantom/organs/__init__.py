"""What a slice of the chest is painted of, from the skin inwards; each module paints one region of one level."""

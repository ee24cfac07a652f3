"""What runs in the confined torch process; nothing here is imported by its parent."""

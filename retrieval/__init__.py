"""What a model should see of a design: the cone of a failing output."""

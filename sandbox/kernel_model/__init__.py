"""What can be said of a kernel's speed without running it on a GPU, and against what it is held."""

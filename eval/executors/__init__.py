"""Where the tasks of a run are carried out."""

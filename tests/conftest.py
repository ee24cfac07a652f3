"""What holds for all tests."""

from hypothesis import settings

# The same examples each time, and no limit on their time: a busy machine is no failure.
settings.load_profile("ci")

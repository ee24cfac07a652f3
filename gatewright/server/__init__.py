"""One web application on loopback: the page, and what other tools speak to."""

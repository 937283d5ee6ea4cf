"""`python -m lalakg`."""

from lalakg._cli import main

main()

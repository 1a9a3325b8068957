"""What build.py makes the browser's half with. Standard library only: it runs before anything is installed."""

"""The benchmark, `python3 build.py bench`: ours beside stock Pyodide, and beside what a site would use instead."""

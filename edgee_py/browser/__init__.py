"""Pyodide only: the worker's entry, and the way to the relay from a browser."""

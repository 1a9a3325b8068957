"""The tests of edgee-py, and what they share."""

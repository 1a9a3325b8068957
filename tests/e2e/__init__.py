"""Tests that follow an event from a page in a real Chromium to the stand-in for Pinterest."""

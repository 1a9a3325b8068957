"""Tests of web/tools."""

"""The npm package as somebody else's project has it: packed, installed, and bundled with their React."""

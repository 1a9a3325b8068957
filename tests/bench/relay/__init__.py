"""The relay's POST route beside a bare endpoint of the same framework, and the forwarder behind it."""

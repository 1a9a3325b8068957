"""The browser's half. Only its tools are Python; see `web.tools`."""

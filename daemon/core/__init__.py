"""The pure core: values in, values out; no socket, no database, no clock and no chance."""

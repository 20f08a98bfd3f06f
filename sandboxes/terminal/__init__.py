"""Terminals in the browser: the WebSocket, its protocol, and the way of the bytes."""

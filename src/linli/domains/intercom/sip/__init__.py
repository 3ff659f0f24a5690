"""The SIP front: sockets, the registrar, and calls between registered phones (a back-to-back user agent)."""

"""Lane cameras of 大华 that push by ITSAPI and open by their CGI, both with Digest."""

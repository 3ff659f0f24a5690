"""Notices (公告) to the residents of a community. Spec B §3.19, A PM-10."""

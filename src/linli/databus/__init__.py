"""The data bus (数据总线): typed records, their files, and everybody who wants to hear of a change."""

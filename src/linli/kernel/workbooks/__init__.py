"""Workbooks that strangers hand in: opened in a child with bounds, read row by row as plain values.

`opening` is the child's side: parts bounded before they are parsed, no document types, shared strings packed. `sheets`
is the parent's: sheets and their rows, and what each of the bounds is called when a file breaks it.
"""

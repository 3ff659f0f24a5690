"""Faces on the box: the library from the platform's pictures, recognition for doors, features for doors that compare.

Source: spec G 3.2, 3.7 and 5 (F3-F5); spec C 2.1 (20,000 faces, 200 doors). The box gets and answers `SyncFaceData` and
`QueryFaceData` of a face door (spec A 4.3, ADR 0050). For the platform a smart door and a door behind a box are the
same. ADR 0070.
"""

"""Drivers of others, each in a process of its own. Source: spec G 3.11 and 4.6 (the LEDA driver SDK).

package   a zip with `index.py` at its first level, checked and unpacked
wire      the protocol between box and driver: JSON lines, documented there for any language
leda      the SDK in Python, under the name `leda`
child     what the child process runs
confinement   the user of its own that it runs as
driver    the box's end, a driver like any other
"""

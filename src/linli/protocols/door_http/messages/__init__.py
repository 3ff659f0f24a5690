"""Every message of the door protocol as a typed struct, with the wire's names. Source: spec G 3.1-3.5.

Field order is the order of the published examples, so that what is written compares with them byte for byte. A struct
refuses what its table forbids: the error names the place (`$.permissions[3].cardId`) and the rule.
"""

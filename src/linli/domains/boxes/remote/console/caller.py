"""The rights that all routes ask for that ask a box."""

from linli.domains.people.rights import Right

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value

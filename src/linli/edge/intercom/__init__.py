"""The site's intercom on the box: doors, indoor units and guard desks call each other with the line cut."""

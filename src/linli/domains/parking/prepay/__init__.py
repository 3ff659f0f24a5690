"""Drivers without log-in pay for their stay on their phones: `/park/<link>`. Source: issue 19, item 8."""

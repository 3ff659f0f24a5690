"""Passage rules (通行规则): what a box does by itself when somebody passes a door. Spec C C010, C016."""

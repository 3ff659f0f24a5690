"""Passage rules (通行规则): actions of a box by itself when a person passes a door. Spec C C010, C016."""

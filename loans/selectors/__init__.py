"""Shaped reads of lending, by topic: a member's facts, applications, guarantees, the register."""

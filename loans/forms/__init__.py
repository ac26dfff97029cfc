"""What people type, by topic: applications, guarantees, the register."""

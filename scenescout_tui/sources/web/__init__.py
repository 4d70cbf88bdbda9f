"""HTTP as the sources use it: one client per service, with deadlines, caps and typed errors."""

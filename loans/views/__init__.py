"""Pages of lending, by who they are for."""

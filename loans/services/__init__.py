"""The verbs of lending, by topic: from an application to the closing of the loan."""

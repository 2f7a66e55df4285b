"""Pages about the house itself: accounts, jobs, the audit trail."""

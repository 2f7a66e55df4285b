"""PS3.15 Annex E as data: its tables, actions and options, and the Types of attributes by place."""

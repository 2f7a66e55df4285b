"""The profile of PS3.15 Annex E as data: actions, Table E.1-1, Types by place, safe private elements."""

"""What each delivery of the demonstration holds: one module a delivery.

A module has PATIENTS (how many; they count from 1) and `files(patient, seed)`, which makes that patient's files one by
one, the same bytes for the same seed. `vesalius.demo.carry` knows which collection a delivery goes to.
"""

"""The control a posteriori: whom to check, what to ask, what a finding changes, the notice."""

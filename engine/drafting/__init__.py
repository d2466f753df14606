"""What a policy writer asks of a year being written: is it sound, is it sourced, is it defended, what changed."""

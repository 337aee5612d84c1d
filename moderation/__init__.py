"""What officials do with feedback: triage, routing, the clock, replies, approval, masking, publication."""

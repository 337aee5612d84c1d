"""Feedback of residents: submission, tracking, the public record of outcomes."""

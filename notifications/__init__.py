"""Telling people: subscriptions, the outbox, and delivery by Web Push, FCM and text message."""

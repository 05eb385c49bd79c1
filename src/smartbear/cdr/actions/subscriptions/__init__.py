"""Subscriptions (https://hl7.org/fhir/R4/subscription.html): taken up, followed, and delivered.

A watcher in each process that serves hears of changes and asks for jobs; a job delivers what one subscription
has not been told yet, in the order of the changes, one notification after the other.
"""

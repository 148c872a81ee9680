"""Campaigns: long lists of cases, a ledger that a killed run does not lose, one machine or many."""

"""The subject matter: what an event is, how it is cleaned, matched and merged. Pure; no input or output."""

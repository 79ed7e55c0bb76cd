"""The schedule, what is due, and the certificate of a destruction."""

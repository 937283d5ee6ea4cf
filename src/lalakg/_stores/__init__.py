"""Triple stores: detect, upload, lease, replace, verify, fingerprint."""

"""What tests share: stores, browsers and services that they start, data that they make."""

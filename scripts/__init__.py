"""What makes a checkout ready: standard library only, because it runs before anything is installed."""

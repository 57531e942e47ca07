"""What the demo site holds. All of it is invented; nobody's name is in it."""

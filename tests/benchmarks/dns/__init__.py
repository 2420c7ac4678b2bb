"""What questions to the DNS cost: one by one, and by the ten thousand."""

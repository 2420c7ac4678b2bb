"""Rules on services that are paid for by subscription, one file each."""

"""Rules on licences of programs, one file each."""

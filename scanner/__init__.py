"""Discovers, judges and keeps what a client owns; the only package that knows both wings."""

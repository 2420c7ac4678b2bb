"""Where people work: task managers, mail and calendars. Each is told through one small contract."""

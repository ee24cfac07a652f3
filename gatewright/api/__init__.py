"""What `import gatewright as gw` offers: functions, a repository, and both as coroutines."""

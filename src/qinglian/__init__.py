"""qinglian (青链): measure, decide, verify, disclose."""

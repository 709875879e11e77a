"""Office suites that speak WOPI (Collabora Online, ONLYOFFICE): we hold the files, they edit.

`discovery` says what the suite opens and with which keys it signs, `proof` checks a signature,
`access` lets a suite in for one edit session, `locks` and `writing` are what it may do.
"""

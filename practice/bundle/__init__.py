"""What practice reads and writes of a bundle, and what every app needs to do so.

`files`, `formats` and `tables` read with care, `reading` makes facts of it, `rows` and `pages`
bring the facts into the database and back.
"""

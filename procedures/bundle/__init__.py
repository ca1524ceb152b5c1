"""What procedures read and write of a bundle: `topics` and `sections` read, `rows` write."""

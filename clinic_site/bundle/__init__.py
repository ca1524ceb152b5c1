"""A practice's whole public site as a folder of plain files: in, out, and started anew."""

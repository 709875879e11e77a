"""How well documents are read: accuracy from the file to the field, and calibration."""

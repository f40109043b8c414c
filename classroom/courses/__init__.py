"""Hold the catalogue of courses, their classes, and who enrols in them."""

"""Hold lessons: material of a class in units, published when its teachers say, and how far each student has come with it."""

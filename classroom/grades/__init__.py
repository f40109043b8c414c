"""Hold the gradebook of each class: what is graded, what each part weighs, and who changed what."""

"""Say what each kind of document is: roots, template, who may do what, export. Pure."""

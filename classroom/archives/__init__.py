"""Take a class out of one server in one file, and make a new class of it on another.

What each part of a class says in the file is told by that part itself, in its `portable.py`; all of them are listed in
`classroom.portable`. Here is the file, and the way of a class into it and out of it again.
"""

"""The demonstration department: invented, believable, and always alive, because its dates follow today's.

The Department for Coasts and Rivers does not exist. `manage.py load_demo` builds it; see `loading.load`.
"""

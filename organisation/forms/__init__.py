"""Forms, by what they are for."""

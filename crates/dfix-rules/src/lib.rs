//! What to change in a Dockerfile: the rules of dfix.

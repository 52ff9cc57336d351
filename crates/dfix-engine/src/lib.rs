//! How to change a Dockerfile safely: findings, fixes, edits, proofs.

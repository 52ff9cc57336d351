//! Dockerfile text to one lossless tree, shell text included, and back.

//! What a Dockerfile means: stages, images, users, commands, packages.

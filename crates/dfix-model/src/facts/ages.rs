//! Whether a program that a command calls is new enough for what is asked of it.

mod apk;
mod conda;
mod pip;

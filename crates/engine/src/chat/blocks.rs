//! How messages are stored: blocks of up to 256, as text.

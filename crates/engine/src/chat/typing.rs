//! Who is typing.

//! Messages as the engine keeps them, apart from the wire.

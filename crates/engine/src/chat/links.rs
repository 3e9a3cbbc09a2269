//! What a link really points to.

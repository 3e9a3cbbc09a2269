//! The open room's rows: a live tail, and at most one window of history.

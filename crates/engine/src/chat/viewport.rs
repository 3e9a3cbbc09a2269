//! The arithmetic of a virtual list: which rows are drawn, and where, so that what is on screen never moves by itself.

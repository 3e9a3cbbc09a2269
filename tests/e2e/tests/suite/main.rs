//! The browser tests. One binary, so that it links once; one module a topic.

mod partners;

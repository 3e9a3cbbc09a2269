//! The Markdown subset of messages, as a tree that a view draws node by node.

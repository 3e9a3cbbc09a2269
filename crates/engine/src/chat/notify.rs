//! Which messages are worth a notification.

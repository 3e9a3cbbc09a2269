//! The index over everything that is held on this device.

//! How a browser is started.

/// Which browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Debian's Chromium.
    Chromium,
    /// Debian's Firefox ESR.
    Firefox,
}

/// Which devices it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Devices {
    /// So many fake cameras (each with a microphone).
    Fake(u8),
    /// None, as on a machine without a camera.
    None,
}

/// What the person said to the question for camera and microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Yes.
    Granted,
    /// No.
    Denied,
}

/// How a browser is started.
#[derive(Debug, Clone)]
pub struct Look {
    /// Which one.
    pub kind: Kind,
    /// Width and height of the page in CSS pixels.
    pub size: (u32, u32),
    /// A phone: touch, mobile viewport.
    pub phone: bool,
    /// `prefers-color-scheme: dark`.
    pub dark: bool,
    /// `prefers-reduced-motion: reduce`.
    pub reduced_motion: bool,
    /// Its devices.
    pub devices: Devices,
    /// The answer to the question for them.
    pub permission: Permission,
    /// Name of the network namespace it lives in.
    pub namespace: Option<String>,
    /// Origins to be treated as secure although they are plain HTTP (needed away from loopback).
    pub trusted_origin: Option<String>,
    /// Emulate a network from the start, so that WebRTC can be cut and delayed later: round trip in ms.
    pub network: Option<u32>,
    /// Record network events, for counting bytes.
    pub record_network: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            kind: Kind::Chromium,
            size: (1280, 800),
            phone: false,
            dark: false,
            reduced_motion: false,
            devices: Devices::Fake(1),
            permission: Permission::Granted,
            namespace: None,
            trusted_origin: None,
            network: None,
            record_network: false,
        }
    }
}

impl Look {
    /// A phone, upright.
    #[must_use]
    pub fn phone() -> Self {
        Self {
            size: (390, 844),
            phone: true,
            ..Self::default()
        }
    }

    /// Firefox.
    #[must_use]
    pub fn firefox() -> Self {
        Self {
            kind: Kind::Firefox,
            ..Self::default()
        }
    }
}

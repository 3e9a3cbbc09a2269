//! What this side says: through the server, over the data channel, and to get acquainted.

use super::*;

impl Leg {
    /// Says something that only an Antenna understands, on every way there is.
    pub(super) fn say(&mut self, shared: &mut Shared, extension: Extension) {
        let name = self.consented().then(|| shared.name.clone());
        let extension = Extension {
            name,
            proved: self.proved,
            ..extension
        };
        self.send(
            shared,
            Message {
                signal: None,
                antenna: Some(extension),
            },
            None,
        );
    }

    /// Sends a signal through the server, and over the data channel where an Antenna listens there.
    pub(super) fn send(
        &mut self,
        shared: &mut Shared,
        mut message: Message,
        certificate: Option<Vec<String>>,
    ) {
        if let Some(extension) = &mut message.antenna {
            extension.call.clone_from(&self.call);
            extension.trickle = true;
            extension.early_answers = true;
        }
        if self.channel && self.antenna {
            let extension = match message.signal {
                Some(_) => Extension {
                    signal: Some(Box::new(message.clone())),
                    ..Extension::default()
                },
                None => message.antenna.clone().unwrap_or_default(),
            };
            self.tell(shared, extension);
        }
        let toward = match self.role {
            Role::Caller => Toward::Callee,
            Role::Callee => Toward::Caller,
        };
        // A restart that cannot leave now is made anew when it can.
        let keep = !matches!(self.stage, Stage::Talking { .. });
        shared.post(
            Post {
                to: self.with.clone(),
                toward,
                message,
                certificate,
            },
            keep,
        );
    }

    /// Says something over the data channel only.
    pub(super) fn tell(&mut self, shared: &mut Shared, mut extension: Extension) {
        if !self.channel || !self.antenna {
            return;
        }
        extension.from = shared.me.clone();
        let text = Message {
            signal: None,
            antenna: Some(extension),
        }
        .encode()
        .to_string();
        self.command(
            shared,
            MediaCommand::Data {
                peer: self.peer,
                text,
            },
        );
    }

    pub(super) fn command(&self, shared: &mut Shared, command: MediaCommand) {
        shared.media(command);
    }

    // Becoming acquainted

    /// First words of two Antennas over the data channel, once both consented.
    pub(super) fn greet(&mut self, shared: &mut Shared) {
        if self.greeted || !self.channel || !self.antenna || !self.consented() {
            return;
        }
        self.greeted = true;
        if self.secret.is_none() {
            self.half = Some(shared.random.secret());
        }
        let greeting = Extension {
            devices: Some(shared.note),
            half: self.half,
            name: Some(shared.name.clone()),
            ..Extension::default()
        };
        self.tell(shared, greeting);
        match self.secret {
            Some(secret) => self.keep(shared, secret),
            None => self.acquaint(shared),
        }
    }

    pub(super) fn acquaint(&mut self, shared: &mut Shared) {
        if let (None, Some(half), Some(theirs)) = (self.secret, self.half, self.their_half) {
            let secret = merge(half, theirs);
            self.secret = Some(secret);
            self.keep(shared, secret);
        }
    }

    pub(super) fn keep(&mut self, shared: &mut Shared, secret: Secret) {
        let known = KnownPeer {
            secret,
            name: self.name.clone(),
        };
        shared.preferences.known.retain(|peer| peer.secret != secret);
        shared.preferences.known.insert(0, known.clone());
        shared.event(Event::Known(known));
    }
}

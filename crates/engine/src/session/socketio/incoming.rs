//! What the server's packets do.

use serde_json::Value;
use wire::lenient::DecodeError;
use wire::socketio::{Body, ConnectError, Event, Packet};

use super::api::{EmitId, SessionEvent};
use super::liveness::PROBE;
use super::namespace::Membership;
use super::timers::Timer;
use super::{ACK_BITS, ACK_MASK, Phase, SocketIo};
use crate::time::Instant;

impl SocketIo {
    /// Sends CONNECT for every namespace that is down.
    pub(super) fn join_all(&mut self, now: Instant) {
        let mut connects = Vec::new();
        for namespace in &mut self.namespaces {
            if namespace.membership == Membership::Down {
                namespace.membership = Membership::Joining;
                connects.push(Packet::new(
                    &namespace.name,
                    Body::Connect(namespace.connect_data(&self.auth)),
                ));
            }
        }
        for packet in connects {
            self.send_packet(now, packet);
        }
    }

    pub(super) fn on_decoded(&mut self, now: Instant, packet: Result<Option<Packet>, DecodeError>) {
        match packet {
            Ok(Some(packet)) if packet.namespace == PROBE => self.probe_answered(now, &packet.body),
            Ok(Some(packet)) => self.on_packet(now, packet),
            Ok(None) => {}
            Err(error) => self.push(SessionEvent::Unreadable(error)),
        }
    }

    fn on_packet(&mut self, now: Instant, packet: Packet) {
        let Some(index) = self
            .namespaces
            .iter()
            .position(|namespace| namespace.name == packet.namespace)
        else {
            let error = DecodeError::new("socket.io packet", "namespace", "was never asked for");
            self.push(SessionEvent::Unreadable(error));
            return;
        };
        match packet.body {
            Body::Connect(data) => self.on_connect(now, index, data),
            Body::Disconnect => {
                let error = ConnectError {
                    message: "io server disconnect".to_owned(),
                    data: None,
                };
                self.on_refused(now, index, error);
            }
            Body::ConnectError(error) => self.on_refused(now, index, error),
            Body::Event(event) => self.on_event(index, event),
            Body::Ack(ack) => {
                let emit = EmitId(ack.id);
                if self.outbox.acked(&packet.namespace, emit) {
                    self.push(SessionEvent::Acked { emit, args: ack.args });
                }
            }
        }
    }

    fn on_connect(&mut self, now: Instant, index: usize, data: Option<Value>) {
        let Some(namespace) = self.namespaces.get_mut(index) else {
            return;
        };
        if namespace.membership != Membership::Joining {
            return;
        }
        let joined = match namespace.join(data) {
            Ok(joined) => joined,
            // A server that does not name the session speaks another protocol: let the time run out.
            Err(error) => return self.push(SessionEvent::Unreadable(error)),
        };
        let name = namespace.name.clone();
        if !self.is_joined() {
            self.phase = Phase::Joined { since: now };
            self.timers.clear(Timer::Join);
            self.report_state();
            self.watch_if_wanted(now);
        }
        self.push(SessionEvent::Connected {
            namespace: name,
            sid: joined.sid,
            recovered: joined.recovered,
        });
        for event in joined.early {
            self.push(event);
        }
    }

    fn on_refused(&mut self, now: Instant, index: usize, error: ConnectError) {
        let Some(namespace) = self.namespaces.get_mut(index) else {
            return;
        };
        match namespace.membership {
            Membership::Joining | Membership::Joined => {}
            Membership::Down | Membership::Refused => return,
        }
        namespace.refuse();
        let name = namespace.name.clone();
        let gone = self.outbox.namespace_lost(&name);
        self.report_timed_out(gone);
        let ConnectError { message, data } = error;
        let reason = message.clone();
        self.push(SessionEvent::Refused {
            namespace: name,
            message,
            data,
        });
        if self
            .namespaces
            .iter()
            .all(|namespace| namespace.membership == Membership::Refused)
        {
            self.end_link(now, Phase::Refused { reason });
        }
    }

    fn on_event(&mut self, index: usize, event: Event) {
        let link_number = self.link_number;
        let Some(namespace) = self.namespaces.get_mut(index) else {
            return;
        };
        let Event {
            name,
            args,
            binary,
            ack,
        } = event;
        if ack.is_none() {
            namespace.note_offset(&args);
        }
        let ack = ack
            .filter(|id| *id <= ACK_MASK)
            .map(|id| (u64::from(link_number) << ACK_BITS) | id);
        let event = SessionEvent::Event {
            namespace: namespace.name.clone(),
            name,
            args,
            binary,
            ack,
        };
        match namespace.membership {
            Membership::Joined => self.push(event),
            Membership::Joining => namespace.keep_early(event),
            Membership::Down | Membership::Refused => {}
        }
    }
}

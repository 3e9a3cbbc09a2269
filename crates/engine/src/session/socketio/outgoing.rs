//! How emits and packets leave.

use wire::engineio::Packet as LinkPacket;
use wire::lenient::DecodeError;
use wire::socketio::{Body, Event, Packet};

use super::SocketIo;
use super::api::{Emit, SessionEvent};
use super::namespace::Membership;
use super::outbox::Queued;
use crate::time::Instant;

impl SocketIo {
    /// Sends what waits for a namespace that is joined, as long as the link takes more.
    pub(super) fn send_ready(&mut self, now: Instant) {
        while self.link.writable() {
            let namespaces = &self.namespaces;
            let ready = |name: &str| {
                namespaces
                    .iter()
                    .any(|namespace| namespace.name == name && namespace.membership == Membership::Joined)
            };
            let Some(queued) = self.outbox.next_ready(&ready) else {
                break;
            };
            self.send_emit(now, queued);
        }
    }

    fn send_emit(&mut self, now: Instant, queued: Queued) {
        let kept = self.link.confirms().then(|| queued.clone());
        let Queued { id, emit } = queued;
        let Emit {
            namespace,
            event,
            args,
            binary,
            ack_within,
            offline: _,
        } = emit;
        let name = event.clone();
        let body = Body::Event(Event {
            name: event,
            args,
            binary,
            ack: ack_within.map(|_| id.0),
        });
        let encoded = Packet { namespace, body }.encode();
        let longest = encoded
            .binary
            .iter()
            .map(Vec::len)
            .max()
            .unwrap_or(0)
            .max(encoded.text.len());
        // One byte for the packet's type; base64 in polling takes a third more.
        let taken = if self.link.confirms() {
            longest.div_ceil(3) * 4
        } else {
            longest
        } + 1;
        if taken > self.max_payload {
            self.outbox.forget(id);
            let error = DecodeError::new(&name, "", "is longer than the server takes, and was not sent");
            self.push(SessionEvent::Unreadable(error));
            if ack_within.is_some() {
                self.report_timed_out(vec![id]);
            }
            return;
        }
        let mut packets = Vec::with_capacity(1 + encoded.binary.len());
        packets.push(LinkPacket::Message(encoded.text));
        packets.extend(encoded.binary.into_iter().map(LinkPacket::Binary));
        let last = packets.pop();
        for packet in packets {
            self.with_link(now, |link, cx| link.send(cx, packet));
        }
        if let Some(last) = last {
            self.with_link(now, |link, cx| link.send_counted(cx, last));
        }
        if let Some(kept) = kept {
            self.outbox.keep_in_flight(kept);
        }
    }

    /// Sends a packet that belongs to this link alone.
    pub(super) fn send_packet(&mut self, now: Instant, packet: Packet) {
        let encoded = packet.encode();
        self.with_link(now, |link, cx| {
            link.send(cx, LinkPacket::Message(encoded.text));
            for bytes in encoded.binary {
                link.send(cx, LinkPacket::Binary(bytes));
            }
        });
    }
}

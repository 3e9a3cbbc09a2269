//! The calls of contract 1: its events read into [`Mail`], and [`Post`]s written as its events.

use wire::lenient::DecodeError;
use wire::peer_call::{ClientEvent, ServerEvent};
use wire::signal::{DeviceNote, Message};

use crate::call::calling::{CallWish, Calling, CallingOutput, CallingSettings, Signal};
use crate::call::secret::Random;
use crate::call::{CallOutput, Calls, Mail, Post, Toward};
use crate::command::Preferences;
use crate::event::{CallView, Refusal};
use crate::io::{Environment, MediaInput, PeerId, Sending};
use crate::time::Instant;

/// [`Calls`] in the words of contract 1.
pub(crate) struct PeerCalls {
    calls: Calls,
}

impl PeerCalls {
    pub(crate) fn new(settings: CallingSettings) -> Self {
        Self {
            calls: Calls::new(
                settings.preferences,
                settings.servers,
                Random::new(settings.seed),
                settings.first_peer,
            ),
        }
    }
}

impl Calling for PeerCalls {
    fn wish(&mut self, now: Instant, wish: CallWish) -> Result<(), Refusal> {
        match wish {
            CallWish::Dial(to) => self.calls.dial(now, &to),
            CallWish::Answer(call) => self.calls.answer(now, call),
            CallWish::Decline(call) => self.calls.decline(call),
            CallWish::HangUp => self.calls.hang_up(now),
            CallWish::Dismiss => {
                self.calls.dismiss();
                Ok(())
            }
            CallWish::SendText(text) => self.calls.send_text(now, &text),
            CallWish::Prepare => {
                self.calls.about_to_call(now);
                Ok(())
            }
        }
    }

    fn up(&mut self, now: Instant, me: &str) {
        self.calls.mail(now, Mail::Up { me: me.to_owned() });
    }

    fn down(&mut self) {
        self.calls.mail(Instant::default(), Mail::Down);
    }

    fn signal(&mut self, now: Instant, signal: Signal) -> Result<(), DecodeError> {
        if let Some(mail) = read(&signal)? {
            self.calls.mail(now, mail);
        }
        Ok(())
    }

    fn set_name(&mut self, name: &str) {
        self.calls.set_name(name);
    }

    fn set_preferences(&mut self, preferences: Preferences) {
        self.calls.set_preferences(preferences);
    }

    fn set_sending(&mut self, sending: Sending, note: DeviceNote) {
        self.calls.set_sending(sending, note);
    }

    fn wants_capture(&self) -> bool {
        self.calls.wants_capture()
    }

    fn is_talking(&self) -> bool {
        self.calls.is_talking()
    }

    fn last_peer(&self) -> u64 {
        self.calls.last_peer()
    }

    fn settle(&mut self, now: Instant, preview: bool) {
        self.calls.settle(now, preview);
    }

    fn leave(&mut self, now: Instant) {
        self.calls.leave(now);
    }

    fn media(&mut self, now: Instant, peer: PeerId, input: MediaInput) {
        self.calls.media(now, peer, input);
    }

    fn environment(&mut self, now: Instant, news: Environment) {
        self.calls.environment(now, news);
    }

    fn tick(&mut self, now: Instant) {
        self.calls.tick(now);
    }

    fn deadline(&self) -> Option<Instant> {
        self.calls.deadline()
    }

    fn poll(&mut self) -> Option<CallingOutput> {
        Some(match self.calls.poll()? {
            CallOutput::Media(command) => CallingOutput::Media(command),
            CallOutput::Event(event) => CallingOutput::Event(event),
            CallOutput::Decline { to } => say(ClientEvent::CallDeclined { to }),
            CallOutput::Post { post, from, name } => say(write(post, from, name)),
        })
    }

    fn view(&self) -> CallView {
        self.calls.view()
    }
}

fn say(event: ClientEvent) -> CallingOutput {
    let (event, args) = event.encode();
    CallingOutput::Say { event, args }
}

fn read(Signal { name, args }: &Signal) -> Result<Option<Mail>, DecodeError> {
    Ok(match ServerEvent::decode(name, args)? {
        None => None,
        Some(ServerEvent::Me(me)) => Some(Mail::Up { me }),
        Some(ServerEvent::CallUser {
            signal,
            from,
            name: caller,
        }) => Some(Mail::FromCaller {
            from,
            name: caller,
            message: Message::decode(name, &signal)?,
        }),
        Some(ServerEvent::CallAccepted(signal)) => Some(Mail::FromCallee(Message::decode(name, &signal)?)),
        Some(ServerEvent::CallEnded) => Some(Mail::Hint),
        Some(ServerEvent::CallDeclined { from }) => Some(Mail::Declined { from }),
        Some(ServerEvent::ReceiveMessage { message, from }) => Some(Mail::Text { from, text: message }),
    })
}

fn write(post: Post, from: String, name: String) -> ClientEvent {
    let signal = post.message.encode();
    match post.toward {
        Toward::Callee => ClientEvent::CallUser {
            user_to_call: post.to,
            signal,
            from,
            name,
        },
        Toward::Caller => ClientEvent::AnswerCall { signal, to: post.to },
    }
}

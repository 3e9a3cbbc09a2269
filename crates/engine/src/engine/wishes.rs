//! What the person asks for.

use super::Engine;
use crate::auth::AuthCommand;
use crate::call::calling::CallWish;
use crate::command::Command;
use crate::event::Refusal;
use crate::time::Instant;

impl Engine {
    pub(super) fn perform(&mut self, now: Instant, command: Command) -> Result<(), Refusal> {
        match command {
            Command::UseBackend(id) => return self.use_backend(now, id),
            Command::AddBackend(backend) => {
                self.backends.retain(|known| known.id != backend.id);
                self.backends.push(backend);
            }
            Command::Reconnect => {
                if let Some(link) = &mut self.link {
                    link.connect_by = None;
                    link.dialect.connect(now);
                }
            }
            Command::SignUp {
                email,
                name,
                password,
            } => {
                return self.account(
                    now,
                    AuthCommand::SignUp {
                        email,
                        name,
                        password,
                    },
                );
            }
            Command::SignIn { email, password } => {
                return self.account(now, AuthCommand::SignIn { email, password });
            }
            Command::SignOut => return self.account(now, AuthCommand::SignOut),
            Command::UpdateProfile { name, avatar } => {
                return self.account(now, AuthCommand::UpdateProfile { name, avatar });
            }
            Command::SetGuestName(name) => self.guest_name = name,
            Command::Preview(open) => self.capture.preview = open,
            Command::Microphone(on) => self.capture.microphone_on = on,
            Command::Camera(on) => self.capture.camera_on = on,
            Command::Screen(on) => {
                if on && !self.calls.is_talking() {
                    return Err(Refusal::CallGone);
                }
                self.capture.want_screen(on);
            }
            Command::ChooseMicrophone(choice) => self.capture.choose_microphone(choice),
            Command::ChooseCamera(choice) => self.capture.choose_camera(choice),
            Command::Prepare => return self.calls.wish(now, CallWish::Prepare),
            Command::Call { to } => return self.calls.wish(now, CallWish::Dial(to)),
            Command::Answer { call, video } => {
                self.calls.wish(now, CallWish::Answer(call))?;
                self.capture.camera_on = video;
            }
            Command::Decline { call } => return self.calls.wish(now, CallWish::Decline(call)),
            Command::HangUp => return self.calls.wish(now, CallWish::HangUp),
            Command::Dismiss => return self.calls.wish(now, CallWish::Dismiss),
            Command::SendText(text) => return self.calls.wish(now, CallWish::SendText(text)),
            Command::Preferences(preferences) => {
                self.preferences = preferences.clone();
                self.calls.set_preferences(preferences);
            }
        }
        Ok(())
    }

    fn account(&mut self, now: Instant, command: AuthCommand) -> Result<(), Refusal> {
        let auth = self
            .link
            .as_mut()
            .and_then(|link| link.auth.as_mut())
            .ok_or(Refusal::NotOffered)?;
        auth.command(now, command);
        Ok(())
    }
}

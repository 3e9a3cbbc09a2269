//! What has time: installation, the service worker and its updates, storage, the right to notify.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use ::engine::event::{CallPhase, CallView};

use super::Letter;
use super::inbox::Inbox;
use crate::browser::install::{Install, Question};
use crate::browser::service_worker::ServiceWorker;
use crate::browser::{notification, promise, storage_use};
use crate::local::{LocalCommand, LocalEvent};

/// What has time.
pub(super) trait Running {
    /// Follows the call: no update under it, and the offer to install after the first one that came about.
    fn notice_call(&self, view: &CallView);
    /// Does what the person asks for.
    fn command(&self, command: LocalCommand);
    /// Somebody signed out: what the service worker keeps of theirs goes.
    fn signed_out(&self);
}

/// Makes it, and registers the service worker.
pub(super) type Make = fn(&Rc<Inbox>, &Question) -> Rc<dyn Running>;

/// Makes it. The worker's own downloads begin here, when the first screen and the calls have theirs.
pub(super) fn make(inbox: &Rc<Inbox>, question: &Question) -> Rc<dyn Running> {
    let installed = local(inbox);
    let install = Install::new(question, move |state| installed(LocalEvent::Install(state)));
    inbox.post(Letter::Local(LocalEvent::Install(install.state())));
    inbox.post(Letter::Local(LocalEvent::Notifications(
        notification::permission(),
    )));
    let update = Rc::new(Update::default());
    let (follows, local) = (Rc::downgrade(&update), local(inbox));
    let worker = ServiceWorker::start(move |waits| {
        let Some(update) = follows.upgrade() else { return };
        if update.waits.replace(waits) != waits && !update.in_call.get() {
            local(LocalEvent::UpdateReady(waits));
        }
    });
    Rc::new(Errands {
        install,
        inbox: Rc::downgrade(inbox),
        worker,
        update,
    })
}

struct Errands {
    install: Install,
    inbox: Weak<Inbox>,
    worker: ServiceWorker,
    update: Rc<Update>,
}

/// A waiting version is not offered while there is a call.
#[derive(Default)]
struct Update {
    waits: Cell<bool>,
    in_call: Cell<bool>,
}

impl Running for Errands {
    fn notice_call(&self, view: &CallView) {
        let in_call = match &view.phase {
            CallPhase::Idle => false,
            CallPhase::Ended(ended) => {
                if ended.duration.is_some() {
                    self.install.called();
                    // Somebody who calls comes back: what they keep here is not to be cleared when space runs short.
                    promise::detach(storage_use::persist());
                }
                false
            }
            CallPhase::Dialing { .. } | CallPhase::Connecting(_) | CallPhase::Active(_) => true,
        };
        if self.update.in_call.replace(in_call) != in_call
            && self.update.waits.get()
            && let Some(inbox) = self.inbox.upgrade()
        {
            inbox.post(Letter::Local(LocalEvent::UpdateReady(!in_call)));
        }
    }

    fn command(&self, command: LocalCommand) {
        match command {
            LocalCommand::Install => self.install.ask(),
            LocalCommand::DismissInstall => self.install.dismiss(),
            LocalCommand::ApplyUpdate => self.apply_update(),
            LocalCommand::ReadStorage => self.read_storage(),
            LocalCommand::Repair => promise::detach(storage_use::repair()),
            LocalCommand::AskNotifications => self.ask_notifications(),
            // These are the driver's own.
            LocalCommand::ChooseSpeaker(_)
            | LocalCommand::TestSpeaker
            | LocalCommand::Unblock
            | LocalCommand::StartChat
            | LocalCommand::NotificationText(_) => {}
        }
    }

    fn signed_out(&self) {
        ServiceWorker::signed_out();
    }
}

impl Errands {
    fn apply_update(&self) {
        if self.update.in_call.get() {
            return;
        }
        self.worker.apply();
    }

    fn read_storage(&self) {
        let inbox = self.inbox.clone();
        promise::detach(async move {
            let found = storage_use::estimate().await;
            if let (Some((used, quota)), Some(inbox)) = (found, inbox.upgrade()) {
                inbox.post(Letter::Local(LocalEvent::Storage { used, quota }));
            }
        });
    }

    fn ask_notifications(&self) {
        let inbox = self.inbox.clone();
        promise::detach(async move {
            let state = notification::ask().await;
            if let Some(inbox) = inbox.upgrade() {
                inbox.post(Letter::Local(LocalEvent::Notifications(state)));
            }
        });
    }
}

fn local(inbox: &Rc<Inbox>) -> impl Fn(LocalEvent) + 'static {
    let inbox = Rc::downgrade(inbox);
    move |event| {
        if let Some(inbox) = inbox.upgrade() {
            inbox.post(Letter::Local(event));
        }
    }
}

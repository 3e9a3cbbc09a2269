//! Calling: until somebody answers.

use engine::command::Command;
use leptos::html::Video;
use leptos::prelude::*;

use super::{controls, face};
use crate::components::button::Button;
use crate::components::icons;
use crate::components::video::{Source, Stream, video};
use crate::stores::{PhaseKind, actions, stores};
use crate::texts::{fill, text, tr};

pub(super) fn dialing(scope: &'static str) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let (to, _) = stores.call.dialing().unwrap_or_default();
    let picture = face(scope, &to);
    let title = move || fill(text!(calling), &[("name", &to)]);
    let rings = Memo::new(move |_| stores.call.dialing().is_some_and(|(_, rings)| rings));
    let source = Box::new(move || {
        stores.stream.track_own();
        stores.capture.camera_live().then_some(Source::Own)
    });
    let label = Box::new(|| fill(text!(own_video), &[]));
    let own = video(Stream {
        hook: "dial-video",
        class: "mirror dim",
        label,
        source,
        node: NodeRef::<Video>::new(),
    });
    let cancel = Button::new("cancel", text!(cancel), move || actions.send(Command::HangUp))
        .class("btn stop tool")
        .icon(icons::HANG_UP)
        .view();
    view! { class = scope,
        <div class="dial" class:waiting=move || stores.call.kind() != PhaseKind::Dialing>
            {own}
            <div class="center">
                {picture}
                <h1 class="name" tabindex="-1">
                    {title}
                </h1>
                <p class="soft">{move || rings.get().then(tr(text!(ringing)))}</p>
            </div>
            <div class="controls">{controls::microphone()}{controls::camera()}{cancel}</div>
        </div>
    }
    .into_any()
}

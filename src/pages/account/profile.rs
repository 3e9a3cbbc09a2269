//! The account of the person who is signed in.

use engine::command::Command;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{image, page};
use crate::components::button::Button;
use crate::components::icons;
use crate::pages::shell::enter;
use crate::stores::{Actions, actions, stores};
use crate::texts::{fill, text, tr};

pub(super) fn profile(scope: &'static str) -> AnyView {
    let (stores, actions) = (stores(), actions());
    enter(text!(account));
    let who = Memo::new(move |_| stores.auth.profile().unwrap_or_default());
    let name = NodeRef::<Input>::new();
    let empty = RwSignal::new(false);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(field) = name.get_untracked() else { return };
        let typed = field.value().trim().to_owned();
        empty.set(typed.is_empty());
        if !typed.is_empty() {
            actions.send(Command::UpdateProfile {
                name: Some(typed),
                avatar: None,
            });
        }
    };
    let out = Button::new("signout", text!(sign_out), move || actions.send(Command::SignOut)).view();
    let problem = move || stores.auth.problem().map(|_| fill(text!(unreachable), &[]));
    view! { class = scope,
        <div class="page slim">
            <h1 tabindex="-1">{tr(text!(account))}</h1>
            <section class="card stack">
                {picture(scope)}
                <p class="muted">
                    {tr(text!(signed_in_as))}
                    " "
                    <strong dir="ltr">{move || who.read().email.clone()}</strong>
                </p>
                <form class="field" on:submit=save>
                    <label for="profile-name">{tr(text!(name))}</label>
                    <div class="line">
                        <input
                            id="profile-name"
                            data-t="profile-name"
                            type="text"
                            dir="auto"
                            maxlength="80"
                            autocomplete="name"
                            prop:value=move || who.read().name.clone()
                            aria-invalid=move || empty.get().then_some("true")
                            aria-describedby="profile-note"
                            node_ref=name
                        />
                        <button
                            class="btn primary"
                            type="submit"
                            data-t="profile-save"
                            disabled=move || stores.auth.is_working()
                        >
                            {tr(text!(save))}
                        </button>
                    </div>
                    <p class="error" id="profile-note" role="alert">
                        {move || empty.get().then(tr(text!(need_name)))}
                        {problem}
                    </p>
                </form>
                <div class="row">{out}</div>
            </section>
        </div>
    }
    .into_any()
}

fn picture(scope: &'static str) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let who = Memo::new(move |_| stores.auth.profile().unwrap_or_default());
    let failed = RwSignal::new(false);
    let field = NodeRef::<Input>::new();
    let chosen = move |_| {
        let Some(field) = field.get_untracked() else {
            return;
        };
        spawn_local(async move {
            failed.try_set(!send(actions, &field).await);
            page::clear_input(&page::value_of(&field));
        });
    };
    let remove = move || {
        Button::new("avatar-remove", text!(avatar_remove), move || {
            actions.send(Command::UpdateProfile {
                name: None,
                avatar: Some(None),
            });
        })
        .class("btn quiet square")
        .icon(icons::CLOSE)
        .bare()
        .view()
    };
    view! { class = scope,
        <div class="who">
            <span class="face" aria-hidden="true">
                {move || match who.read().avatar.clone() {
                    Some(url) => view! { <img class="avatar" src=url alt="" width="96" height="96" /> }.into_any(),
                    None => who.read().name.chars().next().map(String::from).into_any(),
                }}
            </span>
            <label class="btn choose">
                {tr(text!(avatar_choose))}
                <input
                    type="file"
                    accept="image/*"
                    class="sr-only"
                    data-t="profile-avatar"
                    on:change=chosen
                    node_ref=field
                />
            </label>
            {move || who.read().avatar.is_some().then(remove)}
        </div>
        {move || failed.get().then(|| view! { <p class="error">{tr(text!(avatar_failed))}</p> })}
    }
    .into_any()
}

async fn send(actions: Actions, field: &image::FileField) -> bool {
    let Ok(url) = image::avatar(field).await else {
        return false;
    };
    actions.send(Command::UpdateProfile {
        name: None,
        avatar: Some(Some(url)),
    });
    true
}

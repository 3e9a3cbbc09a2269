//! Which backend, and one's own by its address.

use engine::command::Command;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::button::Button;
use crate::components::icons;
use crate::config::{Rejected, attempt, backend_of};
use crate::stores::{Actions, Stores, actions, stores};
use crate::texts::{fill, say, text, tr};

#[derive(Clone, PartialEq)]
struct Row {
    id: String,
    name: String,
    url: String,
    added: bool,
}

pub(super) fn backends(scope: &'static str) -> AnyView {
    let stores = stores();
    let rows = Memo::new(move |_| rows(stores));
    view! { class = scope,
        <p class="muted">{tr(text!(backends_hint))}</p>
        <fieldset class="list">
            <legend class="sr-only">{tr(text!(backends))}</legend>
            <For each=move || rows.get() key=|row| row.id.clone() children=move |backend| row(scope, backend) />
        </fieldset>
        {add(scope)}
    }
    .into_any()
}

fn rows(stores: Stores) -> Vec<Row> {
    let offered = stores.connection.configured().into_iter();
    let added = stores.ui.added().into_iter();
    offered
        .map(|backend| Row {
            id: backend.id,
            name: backend.name,
            url: backend.url,
            added: false,
        })
        .chain(added.map(|backend| Row {
            id: backend.id,
            name: backend.name,
            url: backend.url,
            added: true,
        }))
        .collect()
}

fn row(scope: &'static str, row: Row) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let Row { id, name, url, added } = row;
    let (this, chosen, gone) = (id.clone(), id.clone(), id.clone());
    let current = move || stores.connection.backend_id() == this;
    let remove = added.then(|| {
        Button::new("backend-remove", text!(backend_remove), move || {
            forget(stores, actions, &gone)
        })
        .class("btn quiet square")
        .icon(icons::CLOSE)
        .bare()
        .view()
    });
    view! { class = scope,
        <div class="backend">
            <label class="toggle">
                <input
                    type="radio"
                    name="backend"
                    data-t="backend"
                    value=id
                    prop:checked=current
                    on:change=move |_| choose(stores, actions, &chosen)
                />
                <span>
                    <strong>
                        <bdi>{name}</bdi>
                    </strong>
                    <span class="muted">
                        <bdi dir="ltr">{url}</bdi>
                    </span>
                </span>
            </label>
            {remove}
        </div>
    }
    .into_any()
}

fn choose(stores: Stores, actions: Actions, id: &str) {
    stores.ui.set_backend(id);
    actions.send(Command::UseBackend(id.to_owned()));
}

/// Forgets an added backend; where it is in use, the first of the configuration takes its place.
fn forget(stores: Stores, actions: Actions, id: &str) {
    if stores.connection.backend_id_now() == id
        && let Some(first) = stores.connection.configured_now().first()
    {
        actions.send(Command::UseBackend(first.id.clone()));
    }
    stores.ui.remove_backend(id);
}

/// How adding stands.
#[derive(Clone, Copy, PartialEq)]
enum Trying {
    No,
    Yes,
    Rejected(Rejected),
    Known,
    Done,
}

fn add(scope: &'static str) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let state = RwSignal::new(Trying::No);
    let field = NodeRef::<Input>::new();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else {
            return;
        };
        if state.get_untracked() == Trying::Yes {
            return;
        }
        state.set(Trying::Yes);
        spawn_local(async move {
            let outcome = take(stores, actions, &field.value()).await;
            if outcome == Trying::Done {
                field.set_value("");
                stores.ui.announce(say(text!(backend_added), &[]));
            }
            state.try_set(outcome);
        });
    };
    let wrong = move || matches!(state.get(), Trying::Rejected(_) | Trying::Known);
    view! { class = scope,
        <form class="field" on:submit=submit>
            <label for="backend-url">{tr(text!(backend_add))}</label>
            <div class="add">
                <input
                    id="backend-url"
                    type="url"
                    dir="ltr"
                    data-t="backend-url"
                    autocomplete="off"
                    placeholder=tr(text!(backend_url_hint))
                    aria-invalid=move || wrong().then_some("true")
                    aria-describedby="backend-state"
                    node_ref=field
                />
                <button class="btn" type="submit" data-t="backend-add" disabled=move || state.get() == Trying::Yes>
                    {tr(text!(backend_try))}
                </button>
            </div>
            <p id="backend-state" class="outcome" role="status">
                {move || outcome(state.get())}
            </p>
        </form>
    }
    .attr("novalidate", true)
    .into_any()
}

async fn take(stores: Stores, actions: Actions, typed: &str) -> Trying {
    let backend = match attempt(typed).await {
        Ok(backend) => backend,
        Err(why) => return Trying::Rejected(why),
    };
    if rows_now(stores).iter().any(|row| row.url == backend.url) {
        return Trying::Known;
    }
    actions.send(Command::AddBackend(backend_of(&backend)));
    stores.ui.add_backend(backend);
    Trying::Done
}

fn rows_now(stores: Stores) -> Vec<Row> {
    untrack(|| rows(stores))
}

fn outcome(state: Trying) -> AnyView {
    let words = match state {
        Trying::No => return ().into_any(),
        Trying::Yes => return tr(text!(backend_trying)).into_any(),
        Trying::Done => return tr(text!(backend_added)).into_any(),
        Trying::Known => fill(text!(backend_known), &[]),
        Trying::Rejected(Rejected::NotAnAddress) => fill(text!(backend_bad_url), &[]),
        Trying::Rejected(Rejected::Insecure) => fill(text!(backend_insecure), &[]),
        Trying::Rejected(Rejected::Unreachable) => fill(text!(backend_unreachable), &[]),
        Trying::Rejected(Rejected::NotSocketIo(status)) => {
            fill(text!(backend_not_socketio), &[("status", &status.to_string())])
        }
    };
    view! {
        <span class="error" data-t="backend-error">
            {words}
        </span>
    }
    .into_any()
}

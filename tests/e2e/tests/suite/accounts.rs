//! Accounts of the embedded backend.

use e2e::{Browser, Outcome, ensure, run, until};

use crate::talk::{Pair, expect_outage, words};

const PASSWORD: &str = "correct horse battery";

#[test]
fn signing_up_leads_to_the_account_and_a_reload_keeps_it() {
    run("sign_up", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        sign_up(&ann, &server.url(), "ann@example.org", "Ann").await?;
        ann.open(&format!("{}/account", server.url())).await?;
        until("her name", async || {
            Ok(ann
                .see("profile-name")
                .await?
                .value()
                .await?
                .filter(|name| name == "Ann"))
        })
        .await?;
        // No token where scripts or logs could find it.
        let kept = ann.js("return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])", vec![]).await?;
        let kept = kept.as_str().unwrap_or_default().to_owned();
        ensure(!kept.contains("eyJ"), || format!("a token is kept in {kept}"))
    });
}

#[test]
fn the_place_one_wanted_is_kept_through_sign_in() {
    run("wanted_place", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        expect_unauthorized(&ann);
        sign_up(&ann, &server.url(), "ann@example.org", "Ann").await?;
        ann.press("signout").await?;
        ann.open(&format!("{}/account", server.url())).await?;
        ann.see("email").await?;
        let url = ann.driver().current_url().await?;
        ensure(url.path() == "/signin", || format!("she is at {url}"))?;
        sign_in(&ann, "ann@example.org").await?;
        ann.see("profile-name").await?;
        let url = ann.driver().current_url().await?;
        ensure(url.path() == "/account", || format!("she is at {url}"))
    });
}

#[test]
fn a_wrong_password_and_bad_fields_are_named() {
    run("wrong_password", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        expect_unauthorized(&ann);
        sign_up(&ann, &server.url(), "ann@example.org", "Ann").await?;
        ann.press("signout").await?;
        ann.open(&format!("{}/signin", server.url())).await?;
        ann.write("email", "ann@example.org").await?;
        ann.write("password", "not the password").await?;
        ann.press("submit").await?;
        ann.says("form-error", &words("wrong_credentials")?).await?;
        ann.open(&format!("{}/signup", server.url())).await?;
        ann.write("name", "Ann").await?;
        ann.write("email", "nonsense").await?;
        ann.write("password", "short").await?;
        ann.press("submit").await?;
        ann.see("field-error[data-field=email]").await?;
        ann.see("field-error[data-field=password]").await?;
        // What only the server can know is said beside its field too.
        ann.write("email", "ann@example.org").await?;
        ann.write("password", PASSWORD).await?;
        ann.press("submit").await?;
        ann.see("field-error[data-field=email]").await.map(drop)
    });
}

#[test]
fn signing_out_in_one_tab_signs_out_the_other() {
    run("two_tabs", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        expect_unauthorized(&ann);
        sign_up(&ann, &server.url(), "ann@example.org", "Ann").await?;
        let first = ann.driver().window().await?;
        let second = ann.driver().new_tab().await?;
        ann.driver().switch_to_window(second.clone()).await?;
        // One session: the second tab is signed in without being asked.
        ann.open(&format!("{}/account", server.url())).await?;
        ann.see("profile-name").await?;
        ann.press("signout").await?;
        ann.gone("profile-name").await?;
        ann.driver().switch_to_window(first).await?;
        ann.gone("profile-name").await?;
        ann.see("email").await.map(drop)
    });
}

#[test]
fn name_and_picture_are_changed_and_shown_to_the_one_who_is_called() {
    run("profile", async |stage| {
        let pair = Pair::start(stage).await?;
        let ann = &pair.ann;
        sign_up(ann, &pair.server.url(), "ann@example.org", "Ann").await?;
        ann.write("profile-name", "Ann the Second").await?;
        ann.press("profile-save").await?;
        let file = stage.scratch().join("picture.png");
        ann.screenshot(&file).await?;
        let field = ann
            .js(
                "const field = document.querySelector('input[type=file]'); return Boolean(field)",
                vec![],
            )
            .await?;
        ensure(field == true, || "there is no field for a picture".into())?;
        let field = ann.driver().find(thirtyfour::By::Css("input[type=file]")).await?;
        field.send_keys(file.to_string_lossy().into_owned()).await?;
        until("the picture on the page", async || {
            let shown = ann.js("return [...document.querySelectorAll('main img')].some(image => image.complete && image.naturalWidth > 0)", vec![]).await?;
            Ok((shown == true).then_some(()))
        })
        .await?;
        ann.open(&format!("{}/account", pair.server.url())).await?;
        until("the new name after a reload", async || {
            Ok(ann
                .see("profile-name")
                .await?
                .value()
                .await?
                .filter(|name| name == "Ann the Second"))
        })
        .await?;
        ann.press("nav-call").await?;
        pair.ring().await?;
        pair.bob.says("incoming", "Ann the Second").await
    });
}

#[test]
fn a_power_cut_loses_no_account_and_no_session() {
    run("power_cut", async |stage| {
        let mut server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        expect_outage(&ann);
        expect_unauthorized(&ann);
        sign_up(&ann, &server.url(), "ann@example.org", "Ann").await?;
        server.kill()?;
        server.restart().await?;
        ann.open(&format!("{}/account", server.url())).await?;
        ann.see("profile-name").await?;
        let bob = stage.chromium("bob").await?;
        expect_unauthorized(&bob);
        bob.open(&format!("{}/signin", server.url())).await?;
        sign_in(&bob, "ann@example.org").await?;
        bob.see("profile-name").await.map(drop)
    });
}

/// The browser notes every 4xx answer of the server on its console.
pub(crate) fn expect_unauthorized(browser: &Browser) {
    browser.tolerate("status of 401");
    browser.tolerate("status of 409");
    browser.tolerate("status of 400");
    browser.tolerate("status of 422");
}

pub(crate) async fn sign_up(browser: &Browser, url: &str, email: &str, name: &str) -> Outcome {
    expect_unauthorized(browser);
    browser.open(&format!("{url}/signup")).await?;
    browser.write("name", name).await?;
    browser.write("email", email).await?;
    browser.write("password", PASSWORD).await?;
    browser.press("submit").await?;
    browser.see("profile-name").await.map(drop)
}

/// Signs in on the page that asks for it.
pub(crate) async fn sign_in(browser: &Browser, email: &str) -> Outcome {
    browser.write("email", email).await?;
    browser.write("password", PASSWORD).await?;
    browser.press("submit").await
}

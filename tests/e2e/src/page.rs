//! What a person does and sees on a page, found by its `data-t` hooks.

use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::{By, WebElement};

use crate::browser::Browser;
use crate::failure::{Failure, Outcome, ensure};
use crate::wait::{PATIENCE, until, until_within};

/// A `<video>` as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Width of the picture in pixels, 0 before the first frame.
    pub width: u64,
    /// Height.
    pub height: u64,
    /// Frames shown since the first look at it.
    pub frames: u64,
    /// `currentTime`, seconds.
    pub time: f64,
    /// Mean brightness, 0 to 255.
    pub light: f64,
}

impl Browser {
    /// The elements of a hook that can be seen.
    ///
    /// # Errors
    /// When the page is being replaced.
    pub async fn visible(&self, hook: &str) -> Outcome<Vec<WebElement>> {
        let mut seen = Vec::new();
        for element in self.driver().find_all(By::Css(css(hook))).await? {
            if element.is_displayed().await? {
                seen.push(element);
            }
        }
        Ok(seen)
    }

    /// Waits until a hook can be seen.
    ///
    /// # Errors
    /// When it never can.
    pub async fn see(&self, hook: &str) -> Outcome<WebElement> {
        until(format!("{}: `{hook}` on screen", self.name()), async || {
            Ok(self.visible(hook).await?.into_iter().next())
        })
        .await
    }

    /// Waits until no element of a hook can be seen.
    ///
    /// # Errors
    /// When one stays.
    pub async fn gone(&self, hook: &str) -> Outcome {
        until(format!("{}: `{hook}` gone", self.name()), async || {
            Ok(self.visible(hook).await?.is_empty().then_some(()))
        })
        .await
    }

    /// Presses it as a person does: with the pointer, where it is, once it can be pressed.
    ///
    /// # Errors
    /// When it cannot be.
    pub async fn press(&self, hook: &str) -> Outcome {
        until(format!("{}: a press on `{hook}`", self.name()), async || {
            for element in self.visible(hook).await? {
                if element.is_enabled().await? {
                    element.click().await?;
                    return Ok(Some(()));
                }
            }
            self.stir().await?;
            Err(Failure("it is not there, or disabled".into()))
        })
        .await
    }

    /// Moves the pointer a little: controls that have stepped back come forward.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn stir(&self) -> Outcome {
        let (x, y) = (
            i64::from(self.look().size.0 / 2),
            i64::from(self.look().size.1 / 2),
        );
        Ok(self
            .driver()
            .action_chain()
            .move_to(x, y)
            .move_by_offset(7, 5)
            .perform()
            .await?)
    }

    /// Writes into a field, instead of what is there.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn write(&self, hook: &str, text: &str) -> Outcome {
        until(format!("{}: writing into `{hook}`", self.name()), async || {
            let Some(field) = self.visible(hook).await?.into_iter().next() else {
                return Ok(None);
            };
            field.clear().await?;
            field.send_keys(text).await?;
            Ok(Some(()))
        })
        .await
    }

    /// Presses keys on whatever has the focus.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn keys(&self, keys: &str) -> Outcome {
        Ok(self.driver().action_chain().send_keys(keys).perform().await?)
    }

    /// Chooses an option of a `<select>` by its value.
    ///
    /// # Errors
    /// When there is no such option.
    pub async fn choose(&self, hook: &str, value: &str) -> Outcome {
        until(format!("{}: `{value}` of `{hook}`", self.name()), async || {
            let Some(select) = self.visible(hook).await?.into_iter().next() else {
                return Ok(None);
            };
            let option = select.find(By::Css(format!("option[value=\"{value}\"]"))).await?;
            option.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// The text of a hook, once it has one.
    ///
    /// # Errors
    /// When it never has.
    pub async fn text(&self, hook: &str) -> Outcome<String> {
        until(format!("{}: a text in `{hook}`", self.name()), async || {
            let text = self
                .js(
                    "return document.querySelector(arguments[0])?.textContent.trim() ?? ''",
                    vec![json!(css(hook))],
                )
                .await?;
            Ok(text.as_str().filter(|text| !text.is_empty()).map(str::to_owned))
        })
        .await
    }

    /// Waits until a hook's text contains `part`.
    ///
    /// # Errors
    /// When it never does; the text says what it had instead.
    pub async fn says(&self, hook: &str, part: &str) -> Outcome {
        until(format!("{}: `{part}` in `{hook}`", self.name()), async || {
            let text = self
                .js(
                    "return document.querySelector(arguments[0])?.textContent ?? ''",
                    vec![json!(css(hook))],
                )
                .await?;
            let text = text.as_str().unwrap_or_default();
            if text.contains(part) {
                Ok(Some(()))
            } else {
                Err(Failure(format!("it says {text:?}")))
            }
        })
        .await
    }

    /// Waits until the page's text contains `part`.
    ///
    /// # Errors
    /// When it never does.
    pub async fn reads(&self, part: &str) -> Outcome {
        until(format!("{}: `{part}` on the page", self.name()), async || {
            let text = self.js("return document.body?.innerText ?? ''", vec![]).await?;
            let text = text.as_str().unwrap_or_default();
            if text.contains(part) {
                Ok(Some(()))
            } else {
                Err(Failure(text.replace('\n', " | ")))
            }
        })
        .await
    }

    /// An attribute of a hook, as it is now.
    ///
    /// # Errors
    /// When the page is being replaced.
    pub async fn attr(&self, hook: &str, name: &str) -> Outcome<Option<String>> {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null";
        Ok(self
            .js(script, vec![json!(css(hook)), json!(name)])
            .await?
            .as_str()
            .map(str::to_owned))
    }

    /// Waits until an attribute has a value.
    ///
    /// # Errors
    /// When it never has; the text says what it had instead.
    pub async fn attr_is(&self, hook: &str, name: &str, value: &str) -> Outcome {
        self.attr_is_within(PATIENCE, hook, name, value).await
    }

    /// [`Browser::attr_is`] with another patience.
    ///
    /// # Errors
    /// As [`Browser::attr_is`].
    pub async fn attr_is_within(&self, patience: Duration, hook: &str, name: &str, value: &str) -> Outcome {
        until_within(
            patience,
            format!("{}: `{hook}` with {name}={value}", self.name()),
            async || {
                let now = self.attr(hook, name).await?;
                if now.as_deref() == Some(value) {
                    Ok(Some(()))
                } else {
                    Err(Failure(format!("it is {now:?}")))
                }
            },
        )
        .await
    }

    /// How many elements of a hook there are, seen or not.
    ///
    /// # Errors
    /// When the page is being replaced.
    pub async fn count(&self, hook: &str) -> Outcome<u64> {
        let count = self
            .js(
                "return document.querySelectorAll(arguments[0]).length",
                vec![json!(css(hook))],
            )
            .await?;
        Ok(count.as_u64().unwrap_or_default())
    }

    /// A `<video>` as it is now; `None` without such an element.
    ///
    /// # Errors
    /// When the page is being replaced.
    pub async fn picture(&self, hook: &str) -> Outcome<Option<Picture>> {
        let found = self
            .js(
                "const video = document.querySelector(arguments[0]);
                 if (!video) return null;
                 const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 24 });
                 const paper = canvas.getContext('2d');
                 if (video.videoWidth) paper.drawImage(video, 0, 0, 32, 24);
                 const data = paper.getImageData(0, 0, 32, 24).data;
                 let light = 0;
                 for (let i = 0; i < data.length; i += 4) light += (data[i] + data[i + 1] + data[i + 2]) / 3;
                 // Counted here, since Firefox counts no frames of a MediaStream in getVideoPlaybackQuality.
                 if (video.__frames === undefined && video.requestVideoFrameCallback) {
                   video.__frames = 0;
                   const count = () => { video.__frames += 1; video.requestVideoFrameCallback(count); };
                   video.requestVideoFrameCallback(count);
                 }
                 const frames = video.__frames ?? 0;
                 return { width: video.videoWidth, height: video.videoHeight, frames, time: video.currentTime, light: light / (32 * 24) };",
                vec![json!(css(hook))],
            )
            .await?;
        let number = |name: &str| found[name].as_f64().unwrap_or_default();
        Ok(found.is_object().then(|| Picture {
            width: found["width"].as_u64().unwrap_or_default(),
            height: found["height"].as_u64().unwrap_or_default(),
            frames: found["frames"].as_u64().unwrap_or_default(),
            time: number("time"),
            light: number("light"),
        }))
    }

    /// Waits until a `<video>` shows a picture that is not black and moves: frames are decoded, its clock runs.
    ///
    /// # Errors
    /// When it stays dark or still.
    pub async fn moving(&self, hook: &str) -> Outcome<Picture> {
        let first = until(
            format!("{}: a picture in `{hook}`", self.name()),
            async || match self.picture(hook).await? {
                Some(picture) if picture.width > 0 && picture.frames > 0 && picture.light > 8.0 => {
                    Ok(Some(picture))
                }
                other => Err(Failure(format!("{other:?}"))),
            },
        )
        .await?;
        until(
            format!("{}: `{hook}` moving on from {first:?}", self.name()),
            async || match self.picture(hook).await? {
                Some(now) if now.frames > first.frames + 3 && now.time > first.time => Ok(Some(now)),
                other => Err(Failure(format!("{other:?}"))),
            },
        )
        .await
    }

    /// Statistics of all live peer connections, as `getStats` has them.
    ///
    /// # Errors
    /// When the page is being replaced.
    pub async fn stats(&self) -> Outcome<Vec<Value>> {
        Ok(self
            .js("return window.__probe.stats()", vec![])
            .await?
            .as_array()
            .cloned()
            .unwrap_or_default())
    }

    /// Waits until sound arrives: packets, and energy in them (the fake microphone beeps every second).
    ///
    /// # Errors
    /// When it stays silent.
    pub async fn hears(&self) -> Outcome {
        let energy = async || -> Outcome<f64> {
            let stats = self.stats().await?;
            let audio = stats
                .iter()
                .filter(|report| report["type"] == "inbound-rtp" && report["kind"] == "audio");
            Ok(audio
                .filter_map(|report| report["totalAudioEnergy"].as_f64())
                .fold(0.0, f64::max))
        };
        let before = energy().await?;
        until(
            format!(
                "{}: sound of the other side (energy {before} so far)",
                self.name()
            ),
            async || Ok((energy().await? > before).then_some(())),
        )
        .await
    }

    /// Waits until nothing of a call is left: no peer connection, and only tracks that a preview shows.
    ///
    /// # Errors
    /// When something stays.
    pub async fn no_call_left(&self) -> Outcome {
        until(format!("{}: no connection left", self.name()), async || {
            let count = self
                .js("return window.__probe.leftPeers().length", vec![])
                .await?;
            ensure(count == 0, || format!("{count} connections"))?;
            Ok(Some(()))
        })
        .await
    }

    /// Waits until no captured track is live: the camera's light is off.
    ///
    /// # Errors
    /// When one stays.
    pub async fn devices_released(&self) -> Outcome {
        until(format!("{}: no device captured", self.name()), async || {
            let live = self
                .js(
                    "return window.__probe.liveTracks().map(track => track.kind + ' ' + track.label)",
                    vec![],
                )
                .await?;
            ensure(live.as_array().is_some_and(Vec::is_empty), || {
                format!("live: {live}")
            })?;
            Ok(Some(()))
        })
        .await
    }

    /// The moments that the probe kept, in ms since the epoch.
    ///
    /// # Errors
    /// When the page is being replaced.
    pub async fn mark(&self, name: &str) -> Outcome<f64> {
        until(format!("{}: the moment `{name}`", self.name()), async || {
            Ok(self
                .js(
                    "return window.__probe.marks[arguments[0]] ?? null",
                    vec![json!(name)],
                )
                .await?
                .as_f64())
        })
        .await
    }

    /// Forgets moments, so that the next of each is kept.
    ///
    /// # Errors
    /// When the page is being replaced.
    pub async fn forget_marks(&self, names: &[&str]) -> Outcome {
        self.js(
            "window.__probe.reset(...arguments)",
            names.iter().map(|name| json!(name)).collect(),
        )
        .await
        .map(drop)
    }
}

/// The selector of a hook. `hook[name=value]` narrows it.
fn css(hook: &str) -> String {
    match hook.split_once('[') {
        Some((name, rest)) => format!("[data-t=\"{name}\"][{rest}"),
        None => format!("[data-t=\"{hook}\"]"),
    }
}

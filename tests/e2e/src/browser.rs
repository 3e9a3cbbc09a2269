//! One browser with a driver process and a profile of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::{Capabilities, WebDriver};

use crate::console::{Console, Entry};
use crate::failure::{Failure, Outcome};
use crate::look::{Devices, Kind, Look, Permission};
use crate::netns::tunnel;
use crate::place::Place;
use crate::process::{Process, kill_id};
use crate::server::free_port;

const PROBE: &str = include_str!("probe.js");

/// A browser.
pub struct Browser {
    driver: WebDriver,
    process: Process,
    browser_id: Option<i32>,
    name: String,
    look: Look,
    console: Console,
    read_of_output: Mutex<usize>,
}

impl Browser {
    /// Starts it; `name` is what failures call it, `scratch` is where its profile goes.
    ///
    /// # Errors
    /// When browser or driver are missing or do not start.
    pub async fn start(name: &str, look: Look, scratch: &Path) -> Outcome<Self> {
        let profile = scratch.join(format!("profile-{name}"));
        std::fs::create_dir_all(&profile)?;
        let port = free_port()?;
        let mut process = Process::start(&mut driver_command(&look, port, &profile))?;
        process
            .line_after(if look.kind == Kind::Chromium {
                "started successfully"
            } else {
                "Listening on"
            })
            .await?;
        let url = match &look.namespace {
            Some(namespace) => format!("http://{}", tunnel(namespace, port).await?),
            None => format!("http://127.0.0.1:{port}"),
        };
        let driver = WebDriver::new(url, capabilities(&look, &profile)?)
            .await
            .map_err(|error| Failure(format!("{name} does not start: {error}\n{}", process.output())))?;
        driver.set_script_timeout(Duration::from_secs(60)).await?;
        let id = ["goog:processID", "moz:processID"]
            .iter()
            .find_map(|key| driver.capabilities().get(key)?.as_i64());
        let browser_id = id.and_then(|id| i32::try_from(id).ok());
        let browser = Self {
            driver,
            process,
            browser_id,
            name: name.to_owned(),
            look,
            console: Console::default(),
            read_of_output: Mutex::new(0),
        };
        browser.prepare().await?;
        Ok(browser)
    }

    /// What failures call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it was started.
    #[must_use]
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// The driver, for what has no helper.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Goes to a URL.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn open(&self, url: &str) -> Outcome {
        self.driver
            .goto(url)
            .await
            .map_err(|error| Failure(format!("{}: {url}: {error}", self.name)))?;
        if self.look.kind == Kind::Firefox {
            self.js(PROBE, vec![]).await?;
        }
        Ok(())
    }

    /// Runs a script in the page; a promise it returns is awaited.
    ///
    /// # Errors
    /// When it throws.
    pub async fn js(&self, script: &str, args: Vec<Value>) -> Outcome<Value> {
        let value = self.driver.execute(script, args).await;
        Ok(value
            .map_err(|error| Failure(format!("{}: {error}", self.name)))?
            .json()
            .clone())
    }

    /// Sends a command of the Chrome DevTools Protocol.
    ///
    /// # Errors
    /// When the browser refuses, or is not Chromium.
    pub async fn cdp(&self, method: &str, params: Value) -> Outcome<Value> {
        let reply = self.driver.cdp().send_raw(method, params).await;
        reply.map_err(|error| Failure(format!("{}: {method}: {error}", self.name)))
    }

    /// Takes the network away, or gives it back. WebRTC is cut too if the look had a `network` from the start.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn offline(&self, offline: bool) -> Outcome {
        let latency = self.look.network.unwrap_or(0);
        self.conditions(offline, latency, None).await
    }

    /// The slow 4G of the bench: 1.6 Mbit/s and 150 ms.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn slow_4g(&self) -> Outcome {
        self.conditions(false, 150, Some(1.6e6 / 8.0)).await
    }

    /// Makes the main thread so many times slower.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn slow_cpu(&self, rate: f64) -> Outcome {
        self.cdp("Emulation.setCPUThrottlingRate", json!({ "rate": rate }))
            .await
            .map(drop)
    }

    /// Emulates a network: `latency` in ms, `rate` in bytes a second.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn conditions(&self, offline: bool, latency: u32, rate: Option<f64>) -> Outcome {
        let rate = rate.unwrap_or(5e6);
        self.cdp("Network.enable", json!({})).await?;
        let wanted = json!({ "offline": offline, "latency": latency.max(1), "downloadThroughput": rate, "uploadThroughput": rate });
        self.cdp("Network.emulateNetworkConditions", wanted)
            .await
            .map(drop)
    }

    /// Sets theme and motion as the system would.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn emulate(&self, dark: bool, reduced_motion: bool) -> Outcome {
        let features = json!([
            { "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } },
            { "name": "prefers-reduced-motion", "value": if reduced_motion { "reduce" } else { "no-preference" } },
        ]);
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": features }))
            .await
            .map(drop)
    }

    /// Sets the size of the page in CSS pixels.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn resize(&self, width: u32, height: u32, phone: bool) -> Outcome {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await?;
        self.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone }))
            .await
            .map(drop)
    }

    /// A picture of the page.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn screenshot(&self, path: &Path) -> Outcome {
        Ok(self.driver.screenshot(path).await?)
    }

    /// Complaints that contain `pattern` are expected in this test.
    pub fn tolerate(&self, pattern: &str) {
        self.console.tolerate(pattern);
    }

    /// Errors of the console, panics and violated policies so far, without those that are tolerated.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn complaints(&self) -> Outcome<Vec<String>> {
        self.complaints_until(i64::MAX).await
    }

    /// The same, of the time before `end` (ms since the epoch).
    pub(crate) async fn complaints_until(&self, end: i64) -> Outcome<Vec<String>> {
        self.read_console().await?;
        Ok(self.console.complaints(end))
    }

    /// Network events since the last call (`record_network`), as CDP has them: `{method, params}`.
    ///
    /// # Errors
    /// When they were not recorded.
    pub async fn network_events(&self) -> Outcome<Vec<Value>> {
        let entries = self.driver.get_log("performance").await?;
        let messages = entries
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok());
        Ok(messages.map(|mut message| message["message"].take()).collect())
    }

    /// Saves what can be seen of it to `dir`.
    pub(crate) async fn keep_evidence(&self, dir: &Path) {
        let file = |what: &str| -> PathBuf { dir.join(format!("{}{what}", self.name)) };
        let _ = self.screenshot(&file(".png")).await;
        if let Ok(source) = self.driver.source().await {
            let _ = std::fs::write(file(".html"), source);
        }
        let stats = "return window.__probe?.stats?.() ?? null";
        if let Ok(stats) = self.js(stats, vec![]).await {
            let _ = std::fs::write(file(".stats.json"), format!("{stats:#}"));
        }
        let _ = self.read_console().await;
        let address = self
            .driver
            .current_url()
            .await
            .map(|url| url.to_string())
            .unwrap_or_default();
        let _ = std::fs::write(file(".log"), format!("{address}\n{}", self.console.transcript()));
    }

    /// Ends it.
    pub async fn quit(&self) {
        let _ = self.driver.clone().quit().await;
        if let Some(id) = self.browser_id {
            kill_id(id);
        }
    }

    async fn prepare(&self) -> Outcome {
        if self.look.kind == Kind::Firefox {
            return Ok(());
        }
        self.cdp("Page.enable", json!({})).await?;
        self.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": PROBE }),
        )
        .await?;
        if self.look.phone {
            self.resize(self.look.size.0, self.look.size.1, true).await?;
        }
        if self.look.dark || self.look.reduced_motion {
            self.emulate(self.look.dark, self.look.reduced_motion).await?;
        }
        if let Some(latency) = self.look.network {
            self.conditions(false, latency, None).await?;
        }
        for name in ["camera", "microphone"] {
            let setting = if self.look.permission == Permission::Granted {
                "granted"
            } else {
                "denied"
            };
            self.cdp(
                "Browser.setPermission",
                json!({ "permission": { "name": name }, "setting": setting }),
            )
            .await?;
        }
        self.cdp(
            "Browser.setPermission",
            json!({ "permission": { "name": "clipboard-write" }, "setting": "granted" }),
        )
        .await?;
        Ok(())
    }

    async fn read_console(&self) -> Outcome {
        match self.look.kind {
            Kind::Chromium => {
                for entry in self.driver.browser_log().await? {
                    self.console.add(Entry {
                        severe: entry.level == "SEVERE",
                        at: Some(entry.timestamp),
                        text: entry.message,
                    });
                }
            }
            Kind::Firefox => {
                let output = self.process.output();
                let lines: Vec<&str> = output.lines().collect();
                let mut read = self
                    .read_of_output
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                for line in lines.iter().skip(*read) {
                    // Strings of pages come in quotes; the browser's own modules write theirs without.
                    let severe =
                        line.starts_with("console.error: \"") || line.starts_with("JavaScript error: http");
                    self.console.add(Entry {
                        severe,
                        at: None,
                        text: (*line).to_owned(),
                    });
                }
                *read = lines.len();
            }
        }
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(id) = self.browser_id {
            kill_id(id);
        }
        // A session that was quit is no more; one that was not must not be asked to end by a driver that is being killed.
        let _ = self.driver.clone().leak();
    }
}

fn driver_command(look: &Look, port: u16, profile: &Path) -> Command {
    let program = match look.kind {
        Kind::Chromium => Place::chromedriver(),
        Kind::Firefox => Place::geckodriver(),
    };
    let mut command = match &look.namespace {
        Some(namespace) => {
            let mut ip = Command::new("ip");
            ip.args(["netns", "exec", namespace]).arg(program);
            ip
        }
        None => Command::new(program),
    };
    match look.kind {
        Kind::Chromium => command.arg(format!("--port={port}")),
        // A scratch home: Firefox writes there whatever its profile is.
        Kind::Firefox => command
            .arg("--port")
            .arg(port.to_string())
            .env("HOME", profile)
            .env("MOZ_HEADLESS", "1"),
    };
    command
}

fn capabilities(look: &Look, profile: &Path) -> Outcome<Capabilities> {
    let mut caps = Capabilities::new();
    match look.kind {
        Kind::Chromium => {
            caps.set("browserName", "chrome")?;
            let performance = if look.record_network { "ALL" } else { "OFF" };
            caps.set(
                "goog:loggingPrefs",
                json!({ "browser": "ALL", "performance": performance }),
            )?;
            let mut options = json!({ "args": chromium_args(look, profile) });
            if look.record_network {
                options["perfLoggingPrefs"] = json!({ "enableNetwork": true, "enablePage": false });
            }
            caps.set("goog:chromeOptions", options)?;
        }
        Kind::Firefox => {
            caps.set("browserName", "firefox")?;
            caps.set("moz:firefoxOptions", json!({ "args": ["-headless"], "prefs": {
                "media.navigator.streams.fake": true,
                "media.navigator.permission.disabled": look.permission == Permission::Granted,
                "permissions.default.camera": if look.permission == Permission::Granted { 1 } else { 2 },
                "permissions.default.microphone": if look.permission == Permission::Granted { 1 } else { 2 },
                "media.peerconnection.ice.loopback": true,
                "media.peerconnection.ice.obfuscate_host_addresses": false,
                "media.autoplay.default": 0,
                "devtools.console.stdout.content": true,
                "intl.accept_languages": "en-US, en",
                "app.update.enabled": false,
                "browser.chrome.site_icons": false,
                "datareporting.policy.dataSubmissionEnabled": false,
                "network.captive-portal-service.enabled": false,
                "network.connectivity-service.enabled": false,
            }}))?;
        }
    }
    Ok(caps)
}

fn chromium_args(look: &Look, profile: &Path) -> Vec<String> {
    let mut args: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--disable-features=OptimizationHints,MediaRouter,Translate",
        // Two windows on one machine: neither is "in the background" for the test's purposes.
        "--disable-background-timer-throttling",
        "--disable-backgrounding-occluded-windows",
        "--disable-renderer-backgrounding",
        "--autoplay-policy=no-user-gesture-required",
        "--auto-select-desktop-capture-source=Entire screen",
        "--lang=en-US",
    ]
    .map(String::from)
    .into();
    args.push(format!("--window-size={},{}", look.size.0, look.size.1));
    args.push(format!("--user-data-dir={}", profile.display()));
    match look.devices {
        Devices::Fake(count) => args.push(format!("--use-fake-device-for-media-stream=device-count={count}")),
        // Fake, but none of them: the same on every machine, whatever is plugged in.
        Devices::None => args.push("--use-fake-device-for-media-stream=device-count=0".into()),
    }
    if look.permission == Permission::Granted {
        args.push("--use-fake-ui-for-media-stream".into());
    }
    if let Some(origin) = &look.trusted_origin {
        args.push(format!("--unsafely-treat-insecure-origin-as-secure={origin}"));
    }
    args
}

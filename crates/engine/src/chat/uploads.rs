//! Files on their way to the server.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::api::{ChatEvent, ChatOutput, ChatRefusal, UploadId, UploadNews, UploadState, UploadView};
use super::rest;

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    view: UploadView,
    /// As the server describes it, once it is there.
    attachment: Option<Value>,
}

/// The files of this tab's composer and of messages that wait for them.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    all: BTreeMap<UploadId, Upload>,
}

/// How a file stands for a message that wants to take it along.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ready {
    /// Under way.
    NotYet,
    /// There.
    Yes(Value),
    /// It failed, or nobody knows it (any more).
    Never,
}

impl Uploads {
    /// A file was picked; the driver is told the request, or the person why not.
    pub(super) fn begin(
        &mut self,
        upload: UploadId,
        name: &str,
        size: u64,
        request: Result<crate::io::Request, ChatRefusal>,
    ) -> Vec<ChatOutput> {
        let (state, request) = match request {
            Ok(request) => (UploadState::UnderWay, Some(request)),
            Err(refusal) => (UploadState::Failed(refusal), None),
        };
        let view = UploadView {
            upload,
            name: Rc::from(name),
            size,
            sent: 0,
            state,
        };
        let mut out = vec![told(&view)];
        out.extend(request.map(|request| ChatOutput::Upload(upload, request)));
        self.all.insert(
            upload,
            Upload {
                view,
                attachment: None,
            },
        );
        out
    }

    /// News of the driver. `None`: nobody knows this upload.
    pub(super) fn news(&mut self, id: UploadId, news: UploadNews) -> Option<Vec<ChatOutput>> {
        let upload = self.all.get_mut(&id)?;
        match news {
            UploadNews::Progress(sent) => upload.view.sent = sent.min(upload.view.size),
            UploadNews::Ended(result) => {
                upload.view.state = match (rest::refused(&result), result) {
                    (Some(refusal), _) => UploadState::Failed(refusal),
                    (None, Ok(reply)) => match described(&reply.body) {
                        Some(attachment) => {
                            upload.view.sent = upload.view.size;
                            upload.attachment = Some(attachment);
                            UploadState::Done
                        }
                        None => UploadState::Failed(ChatRefusal::Server("attachment: no url".to_owned())),
                    },
                    (None, Err(_)) => UploadState::Failed(ChatRefusal::Offline),
                };
            }
        }
        Some(vec![told(&upload.view)])
    }

    /// It was given up, or its message has it.
    pub(super) fn forget(&mut self, id: UploadId) -> Vec<ChatOutput> {
        let Some(mut upload) = self.all.remove(&id) else {
            return Vec::new();
        };
        let was = std::mem::replace(&mut upload.view.state, UploadState::Gone);
        let mut out = vec![told(&upload.view)];
        if was == UploadState::UnderWay {
            out.push(ChatOutput::AbortUpload(id));
        }
        out
    }

    pub(super) fn ready(&self, id: UploadId) -> Ready {
        match self.all.get(&id) {
            None => Ready::Never,
            Some(upload) => match (&upload.view.state, &upload.attachment) {
                (UploadState::Done, Some(attachment)) => Ready::Yes(attachment.clone()),
                (UploadState::UnderWay, _) => Ready::NotYet,
                (UploadState::Done | UploadState::Failed(_) | UploadState::Gone, _) => Ready::Never,
            },
        }
    }

    pub(super) fn name(&self, id: UploadId) -> Option<Rc<str>> {
        Some(Rc::clone(&self.all.get(&id)?.view.name))
    }
}

fn told(view: &UploadView) -> ChatOutput {
    ChatOutput::Event(ChatEvent::Upload(view.clone()))
}

/// `{data: attachment}` or the attachment itself.
fn described(body: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(body).ok()?;
    let attachment = value.get("data").unwrap_or(&value);
    attachment.get("url")?.as_str()?;
    Some(attachment.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Reply;

    fn ended(status: u16, body: &str) -> UploadNews {
        UploadNews::Ended(Ok(Reply {
            status,
            retry_after: None,
            body: body.to_owned(),
        }))
    }

    #[test]
    fn a_message_takes_along_what_arrived_and_nothing_else() {
        let mut uploads = Uploads::default();
        let request = rest::Rest::new("http://x", crate::io::IdSpace(1)).upload(&Rc::from("t"), "ä.png", "");
        for id in 1..=3 {
            assert_eq!(uploads.begin(UploadId(id), "a", 10, Ok(request.clone())).len(), 2);
            assert_eq!(uploads.ready(UploadId(id)), Ready::NotYet);
        }
        uploads.news(UploadId(1), ended(201, r#"{"data":{"url":"/a"}}"#));
        uploads.news(UploadId(2), ended(413, ""));
        uploads.news(UploadId(3), ended(200, "<html>"));
        assert_eq!(
            uploads.ready(UploadId(1)),
            Ready::Yes(serde_json::json!({ "url": "/a" }))
        );
        assert_eq!(uploads.ready(UploadId(2)), Ready::Never);
        assert_eq!(uploads.ready(UploadId(3)), Ready::Never);
        assert_eq!(uploads.ready(UploadId(4)), Ready::Never);
        assert!(uploads.news(UploadId(9), UploadNews::Progress(1)).is_none());
    }
}

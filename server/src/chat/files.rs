//! The bytes of attached files, one file each, below the data folder.

use std::io;
use std::path::PathBuf;

use crate::accounts::write_private;

/// Where they are; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// Those in this folder, which is made if it is not there.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Keeps bytes under an id. They are on the disk when this returns.
    pub(super) async fn keep(&self, id: &str, bytes: impl AsRef<[u8]> + Send + 'static) -> io::Result<()> {
        let path = self.path(id).ok_or(io::ErrorKind::InvalidInput)?;
        tokio::task::spawn_blocking(move || write_private(&path, bytes.as_ref()))
            .await
            .map_err(io::Error::other)?
    }

    /// The bytes under an id.
    pub(super) async fn read(&self, id: &str) -> io::Result<Vec<u8>> {
        let path = self.path(id).ok_or(io::ErrorKind::NotFound)?;
        tokio::task::spawn_blocking(move || std::fs::read(path))
            .await
            .map_err(io::Error::other)?
    }

    /// Removes what is under these ids, some time soon. Nothing speaks of them any more.
    pub(super) fn remove(&self, ids: Vec<String>) {
        let paths: Vec<PathBuf> = ids.iter().filter_map(|id| self.path(id)).collect();
        if paths.is_empty() {
            return;
        }
        tokio::task::spawn_blocking(move || {
            for path in paths {
                match std::fs::remove_file(&path) {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => tracing::warn!(%error, "an attachment was not removed"),
                }
            }
        });
    }

    /// `None` for what is no id of ours, so that no name leads anywhere else.
    fn path(&self, id: &str) -> Option<PathBuf> {
        let plain = id.len() == 22
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        plain.then(|| self.folder.join(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leads_out_of_the_folder() {
        let files = Files {
            folder: PathBuf::from("files"),
        };
        assert_eq!(
            files.path("AAAAAAAAAAAAAAAAAAA-_z"),
            Some(PathBuf::from("files/AAAAAAAAAAAAAAAAAAA-_z"))
        );
        for bad in ["", "..", "../../antenna.sqlite...", "AAAAAAAAAAAAAAAAAAAA/a", "x"] {
            assert_eq!(files.path(bad), None, "{bad}");
        }
    }
}

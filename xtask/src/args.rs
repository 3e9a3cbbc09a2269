//! The words behind a command.

use crate::Result;

/// Words of a command line that nobody has asked for yet.
pub(crate) struct Args(Vec<String>);

impl Args {
    pub(crate) fn new(words: Vec<String>) -> Self {
        Self(words)
    }

    /// Whether `name` was given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word != name);
        self.0.len() < before
    }

    /// The value of `--name value` or `--name=value`.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.0.iter().position(|word| {
            word == name || word.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
        }) else {
            return Ok(None);
        };
        let word = self.0.remove(at);
        if let Some((_, value)) = word.split_once('=') {
            return Ok(Some(value.to_owned()));
        }
        if at >= self.0.len() {
            return Err(format!("{name} wants a value").into());
        }
        Ok(Some(self.0.remove(at)))
    }

    /// Refuses whatever is left.
    pub(crate) fn done(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(word) => Err(format!("unknown argument {word}; cargo xtask help lists them").into()),
        }
    }

    /// Whatever is left, for another program.
    pub(crate) fn rest(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Args;

    #[test]
    fn both_ways_to_write_a_value_are_read_and_what_is_left_is_refused() {
        let mut args = Args::new(
            ["--addr", "a:1", "--data=d", "--dev", "x"]
                .map(str::to_owned)
                .to_vec(),
        );
        assert_eq!(args.value("--addr").unwrap().as_deref(), Some("a:1"));
        assert_eq!(args.value("--data").unwrap().as_deref(), Some("d"));
        assert!(args.flag("--dev") && !args.flag("--dev"));
        assert!(args.done().unwrap_err().to_string().contains('x'));
        assert!(Args::new(vec!["--addr".to_owned()]).value("--addr").is_err());
    }
}

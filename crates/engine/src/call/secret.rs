//! Randomness from the engine's seed, and how two people who talked before recognise each other.
//!
//! After a first call both ends hold the same 16 bytes, agreed on over the end-to-end encrypted data channel. The
//! next offer carries, for each secret its caller holds, a SipHash-2-4 (128 bits) of who calls whom, in which call,
//! with which DTLS certificate. Who does not hold the secret sees noise that is new each time; who replays a proof
//! cannot bring a certificate of their own.

use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher24};
use wire::signal::MAX_PROOFS;

use crate::command::KnownPeer;

/// A secret of a pair, a proof of it, or a half of one.
pub(super) type Secret = [u8; 16];

/// A generator whose outputs do not tell its seed.
#[derive(Debug)]
pub(crate) struct Random {
    key: Secret,
    counter: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            key: hash(
                &seed.to_le_bytes().repeat(2).try_into().unwrap_or([0; 16]),
                &[b"antenna"],
            ),
            counter: 0,
        }
    }

    pub(super) fn secret(&mut self) -> Secret {
        self.counter += 1;
        hash(&self.key, &[&self.counter.to_le_bytes()])
    }

    pub(crate) fn number(&mut self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.secret();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    pub(super) fn call_id(&mut self) -> String {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        self.secret()
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
            .collect()
    }
}

/// What a proof is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) caller: &'a str,
    pub(super) callee: &'a str,
    pub(super) call: &'a str,
    /// The DTLS fingerprints of the offer.
    pub(super) certificate: &'a [String],
}

impl Claim<'_> {
    fn proof(&self, secret: &Secret) -> Secret {
        let mut parts: Vec<&[u8]> = vec![
            self.caller.as_bytes(),
            self.callee.as_bytes(),
            self.call.as_bytes(),
        ];
        parts.extend(self.certificate.iter().map(String::as_bytes));
        hash(secret, &parts)
    }

    /// A proof for each secret, as many as an offer may carry.
    pub(super) fn prove(&self, known: &[KnownPeer]) -> Vec<Secret> {
        known
            .iter()
            .take(MAX_PROOFS)
            .map(|peer| self.proof(&peer.secret))
            .collect()
    }

    /// The first secret of `known` that one of `proofs` proves, and that proof.
    pub(super) fn check(&self, known: &[KnownPeer], proofs: &[Secret]) -> Option<(Secret, Secret)> {
        if proofs.is_empty() {
            return None;
        }
        known.iter().find_map(|peer| {
            let proof = self.proof(&peer.secret);
            proofs.contains(&proof).then_some((peer.secret, proof))
        })
    }
}

/// The secret of a pair from both halves, whoever computes it.
pub(super) fn merge(a: Secret, b: Secret) -> Secret {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    hash(&low, &[&high])
}

fn hash(key: &Secret, parts: &[&[u8]]) -> Secret {
    let mut hasher = SipHasher24::new_with_key(key);
    for part in parts {
        // The length first, so that no two lists of parts are one text.
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    hasher.finish128().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_holds_the_secret_recognises_the_caller_and_only_in_this_call() {
        let known = |byte| KnownPeer {
            secret: [byte; 16],
            name: String::new(),
        };
        let certificate = ["sha-256 aa".to_owned()];
        let claim = Claim {
            caller: "a",
            callee: "b",
            call: "c",
            certificate: &certificate,
        };
        let proofs = claim.prove(&[known(1), known(2)]);
        assert_eq!(
            claim
                .check(&[known(9), known(2)], &proofs)
                .map(|(secret, _)| secret),
            Some([2; 16])
        );
        assert_eq!(claim.check(&[known(9)], &proofs), None);
        assert_eq!(
            Claim { call: "d", ..claim }.check(&[known(2)], &proofs),
            None,
            "another call"
        );
        assert_eq!(
            Claim {
                certificate: &[],
                ..claim
            }
            .check(&[known(2)], &proofs),
            None,
            "another certificate"
        );
        assert_eq!(
            Claim {
                caller: "ab",
                callee: "",
                ..claim
            }
            .check(&[known(2)], &proofs),
            None
        );
    }

    #[test]
    fn both_ends_merge_to_the_same_secret() {
        let mut random = Random::new(7);
        let (a, b) = (random.secret(), random.secret());
        assert_ne!(a, b);
        assert_eq!(merge(a, b), merge(b, a));
        assert_ne!(Random::new(8).secret(), a);
    }
}

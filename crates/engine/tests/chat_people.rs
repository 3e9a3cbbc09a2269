//! Presence and people in a whole chat engine, named by symptom.

mod chat_sim;

use chat_sim::World;
use chat_sim::server::{EXACT, PLAIN};

#[test]
fn nobody_connects_before_the_token_is_there() {
    for flavour in [PLAIN, EXACT] {
        let mut world = World::new(flavour, 7);
        let device = world.device();
        let tab = world.tab(device, "ada");
        world.sign_in(tab, "");
        world.run(5_000);
        assert_eq!(world.tabs[tab].opened.len(), 0, "{flavour:?}");
        world.sign_in(tab, "token-of-ada");
        world.run(1_000);
        assert!(world.tabs[tab].connected(), "{flavour:?}");
    }
}

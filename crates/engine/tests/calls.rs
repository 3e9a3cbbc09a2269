//! Calls between two engines, or one and a classic client, through a server of contract 1: named by symptom.

mod sim;

use engine::event::EndReason;
use sim::{World, seconds};

#[test]
fn one_calls_the_other_answers_and_hangs_up() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(100);
    assert_eq!(world.of(1).call.incoming.as_ref().unwrap().name, "Person 0");
    world.answer(1);
    world.run(2_000);
    assert!(world.media_flows(0, 1) && world.media_flows(1, 0), "{}", world.phases());
    world.command(1, engine::command::Command::HangUp);
    world.run(100);
    assert_eq!(world.end_reason(0), Some(EndReason::RemoteHungUp));
    assert_eq!(world.end_reason(1), Some(EndReason::HungUp));
    assert_eq!((world.open_pcs(0), world.open_pcs(1)), (0, 0), "a connection is left");
    expect_test::expect![[r#""#]].assert_eq(&world.phases());
    world.run(seconds(60));
}

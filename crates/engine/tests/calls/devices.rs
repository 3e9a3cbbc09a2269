//! Texts, devices and the shared screen in a call: named by symptom.

use crate::sim::{World, seconds};
use crate::{last_capture, offers, sim};
use engine::command::Command;
use engine::event::Refusal;
use engine::io::VideoSource;

#[test]
fn texts_and_devices_are_told_over_the_data_channel() {
    let mut world = World::in_call();
    world.command(0, Command::SendText(" hi ".into()));
    world.command(1, Command::Microphone(false));
    world.command(0, Command::Camera(false));
    world.run(100);
    assert_eq!(world.of(1).texts[0].text, "hi");
    assert!(!world.of(1).texts[0].own && world.of(0).texts[0].own);
    let says = world.talk(0).remote_says.unwrap();
    assert!(says.muted && !says.camera_off);
    assert!(world.talk(1).remote_says.unwrap().camera_off);
    world.command(0, Command::SendText("  ".into()));
    world.command(0, Command::SendText("x".repeat(10_001)));
    assert_eq!(world.of(0).refusals, [Refusal::TextNotSent, Refusal::TextNotSent]);
}

#[test]
fn the_screen_is_shared_without_renegotiation_and_ends_with_the_browsers_button() {
    let mut world = World::in_call();
    let before = offers(&world, 0);
    world.command(0, Command::Screen(true));
    world.run(100);
    assert_eq!(world.of(0).capture.sending, VideoSource::Screen);
    assert!(world.talk(1).remote_says.unwrap().sharing);
    world.input(0, sim::media(engine::io::MediaInput::ScreenEnded));
    world.run(100);
    assert_eq!(world.of(0).capture.sending, VideoSource::Camera);
    assert!(!world.talk(1).remote_says.unwrap().sharing);
    assert_eq!(offers(&world, 0), before);
    world.command(0, Command::Screen(true));
    world.run(100);
    world.command(0, Command::HangUp);
    assert_eq!(last_capture(&world, 0), Some(Default::default()));
    world.command(0, Command::Screen(true));
    assert_eq!(
        world.of(0).refusals,
        [Refusal::CallGone],
        "only a call shares a screen"
    );
}

#[test]
fn the_next_call_does_not_share_the_screen_again() {
    let mut world = World::in_call();
    world.command(0, Command::Screen(true));
    world.run(100);
    world.command(0, Command::HangUp);
    world.run(100);
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.run(500);
    assert!(world.is_active(0));
    assert_eq!(world.of(0).capture.sending, VideoSource::Camera);
}

#[test]
fn muting_keeps_the_microphone_and_the_preview_keeps_nothing_in_the_end() {
    let mut world = World::pair();
    world.command(0, Command::Preview(true));
    world.run(50);
    assert!(last_capture(&world, 0).unwrap().microphone.is_some());
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.command(0, Command::Preview(false));
    world.run(500);
    world.command(0, Command::Microphone(false));
    assert!(
        last_capture(&world, 0).unwrap().microphone.is_some(),
        "unmuting must be instant"
    );
    world.command(0, Command::HangUp);
    assert_eq!(last_capture(&world, 0), Some(Default::default()));
    world.command(0, Command::Preview(true));
    assert_eq!(
        last_capture(&world, 0).unwrap().microphone,
        None,
        "it was turned off"
    );
}

#[test]
fn without_any_device_one_sees_and_hears_the_other() {
    let mut world = World::pair();
    world.nets[1].no_devices = true;
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.run(seconds(60));
    assert!(world.is_active(0) && world.is_active(1));
    assert!(world.talk(0).remote_says.unwrap().muted);
    assert!(
        !world.phases().contains("broken"),
        "silence that is due is no stall: {}",
        world.phases()
    );
}

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| antenna_fuzz::chat(data));
